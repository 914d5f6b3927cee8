import { measure } from './measure.js'
import type { Result, ScenarioResult } from './results.js'
import type { Scale } from './scales.js'
import type { Comparison, Count, Scenario } from './scenario.js'
import { hasProgram } from './spawned.js'

/** Runs a scenario in this process. One that fails says so, and what it found until then stays. */
export async function runScenario(
  { name, title, shows, needs, run }: Scenario,
  scale: Scale,
  onProgress: (title: string) => void = () => undefined,
): Promise<ScenarioResult> {
  if (needs !== undefined && !hasProgram(needs)) {
    return { name, title, shows, results: [], skipped: `${needs} is not installed` }
  }
  const results: Result[] = []
  try {
    for await (const part of run(scale)) {
      onProgress(part.title)
      results.push(await resultOf(part, scale))
    }
    return { name, title, shows, results }
  } catch (error) {
    return { name, title, shows, results, failure: error instanceof Error ? error.message : String(error) }
  }
}

async function resultOf(part: Comparison | Count, scale: Scale): Promise<Result> {
  const { title, axis, note } = part
  if ('unit' in part) return { title, axis, note, metric: 'count', unit: part.unit, rows: part.rows }
  const rows = await measure(part, scale)
  return {
    title,
    axis,
    note,
    metric: part.metric,
    rounds: part.rounds ?? scale.rounds,
    rows,
    absent: part.absent ?? [],
  }
}
