import type { FileBenchOptions, FileMeasured } from './file-bench.js'
import type { Footprint } from './footprint.js'
import type { Machine } from './machine.js'
import type { Measured } from './measure.js'

export interface Report {
  readonly machine: Machine
  readonly results: readonly { readonly title: string; readonly measured: readonly Measured[] }[]
  readonly files: FileBenchOptions & { readonly measured: readonly FileMeasured[] }
  readonly footprints: readonly Footprint[]
}

/** The report as text for a terminal. */
export function formatReport({ machine, results, files, footprints }: Report): string {
  const { node, openssl, cpu, cpus, memoryMiB, load } = machine
  return [
    `Node ${node}, OpenSSL ${openssl}, ${cpus} x ${cpu}, ${memoryMiB} MiB, load ${load.toFixed(2)}`,
    ...results.map(({ title, measured }) => formatTable(title, ['', 'CPU us', 'x faster'], measured.map(toRow))),
    formatTable(
      `Encrypt and decrypt a file of ${files.mebibytes} MiB`,
      ['', 'CPU s', 'x faster', 'MiB of memory'],
      files.measured.map(toFileRow),
    ),
    formatTable(
      'KMS calls and bytes',
      ['', 'KMS calls for 1,000 records', 'bytes added to a value', 'to a field'],
      footprints.map((each) => [
        each.policy,
        String(each.kmsCallsPerThousand),
        String(each.overheadOfOneValue),
        String(each.overheadOfOneField),
      ]),
    ),
  ].join('\n\n')
}

function toRow({ name, cpuMicros, faster }: Measured): string[] {
  return [name, cpuMicros.toFixed(2), faster.toFixed(2)]
}

function toFileRow({ name, cpuSeconds, faster, memoryMiB }: FileMeasured): string[] {
  const cpu = Number.isNaN(cpuSeconds) ? 'not installed' : cpuSeconds.toFixed(2)
  return [name, cpu, faster?.toFixed(2) ?? '', memoryMiB?.toFixed(0) ?? '']
}

/** The first column to the left, the others to the right. */
function formatTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  return [title, ...all.map((row) => `  ${format(row)}`)].join('\n')
}
