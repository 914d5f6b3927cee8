import { fieldComparisons } from './field-comparisons.js'
import { type FileBenchOptions, measureFiles } from './file-bench.js'
import { footprints } from './footprint.js'
import { machine } from './machine.js'
import { type MeasureOptions, measure } from './measure.js'
import { recordComparison } from './record-comparisons.js'
import type { Report } from './report.js'
import { textComparisons } from './text-comparisons.js'

export interface BenchOptions extends MeasureOptions {
  /** Lengths of single fields, and numbers of fields of records. */
  readonly lengths: readonly number[]
  readonly fields: readonly number[]
  readonly files: FileBenchOptions
  /** Told of each comparison before it is measured. */
  readonly onProgress?: (title: string) => void
}

export async function runBench(options: BenchOptions): Promise<Report> {
  const where = machine()
  options.onProgress?.(`Files of ${options.files.mebibytes} MiB`)
  // First, so that the memory that it takes can be told from that of the others.
  const files = await measureFiles(options.files)
  const comparisons = [
    ...(await textComparisons()),
    ...(await Promise.all(options.lengths.map(fieldComparisons))).flat(),
    ...options.fields.map(recordComparison),
  ]
  const results = []
  for (const comparison of comparisons) {
    options.onProgress?.(comparison.title)
    results.push({ title: comparison.title, measured: await measure(comparison, options) })
  }
  return { machine: where, results, files: { ...options.files, measured: files }, footprints: await footprints() }
}
