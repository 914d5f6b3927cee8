import type { RequestReport } from './app.js'
import type { KeptLog } from './kept-log.js'
import { type StatsByName, statsLines } from './stats-lines.js'

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What the service counts, in Prometheus's text format. */
export class Metrics {
  /** By operation, use case and outcome. */
  readonly #requests = new Map<string, Map<string, Map<string, number>>>()
  readonly #buckets: number[] = Array(BOUNDS.length + 1).fill(0)
  #seconds = 0

  /** How long a stream took says nothing of the service, and is not counted. */
  count({ operation, useCase, outcome, milliseconds }: Counted, isStream: boolean): void {
    // A name that the caller made up would make a series of its own.
    const known = outcome === 'FORBIDDEN' ? '' : useCase
    const counts = inner(inner(this.#requests, operation), known)
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    if (isStream) return
    const seconds = milliseconds / 1000
    this.#buckets[bucketOf(seconds)] = (this.#buckets[bucketOf(seconds)] as number) + 1
    this.#seconds += seconds
  }

  async render(underWay: number, logs: readonly KeptLog[], stats: StatsByName): Promise<string> {
    const free = await Promise.all(logs.map(freeBytesOf))
    return [
      '# TYPE parasol_requests_total counter',
      ...this.#totals(),
      '# TYPE parasol_request_seconds histogram',
      ...this.#histogram(),
      '# TYPE parasol_requests_under_way gauge',
      `parasol_requests_under_way ${underWay}`,
      ...gauge('parasol_log_lines', logs, ({ head }) => head.number + 1),
      ...gauge('parasol_log_waiting', logs, ({ lag }) => lag),
      ...gauge('parasol_log_writable', logs, ({ trouble }) => (trouble ? 0 : 1)),
      ...gauge('parasol_log_noted_lines', logs, ({ noted }) => (noted?.number ?? -1) + 1),
      '# TYPE parasol_log_free_bytes gauge',
      ...free.flat(),
      ...statsLines(stats),
    ].join('\n')
  }

  #totals(): readonly string[] {
    return [...this.#requests].flatMap(([operation, useCases]) =>
      [...useCases].flatMap(([useCase, counts]) =>
        [...counts].map(
          ([outcome, count]) =>
            `parasol_requests_total${formatLabels({ operation, use_case: useCase, outcome })} ${count}`,
        ),
      ),
    )
  }

  #histogram(): readonly string[] {
    let sum = 0
    const lines = this.#buckets.map((count, index) => {
      sum += count
      return `parasol_request_seconds_bucket${formatLabels({ le: String(BOUNDS[index] ?? '+Inf') })} ${sum}`
    })
    return [...lines, `parasol_request_seconds_sum ${this.#seconds}`, `parasol_request_seconds_count ${sum}`]
  }
}

type Counted = Pick<RequestReport, 'operation' | 'useCase' | 'outcome' | 'milliseconds'>

function inner<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const found = map.get(key)
  if (found) return found
  const made = new Map<string, Value>()
  map.set(key, made)
  return made
}

/** The last one is that of all that took longer. */
function bucketOf(seconds: number): number {
  let bucket = 0
  while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] as number)) bucket += 1
  return bucket
}

async function freeBytesOf(log: KeptLog): Promise<readonly string[]> {
  const { freeBytes } = await log.check().catch((): { freeBytes?: number } => ({}))
  return freeBytes === undefined ? [] : [`parasol_log_free_bytes${formatLabels({ log: log.name })} ${freeBytes}`]
}

function gauge(name: string, logs: readonly KeptLog[], value: (log: KeptLog) => number): readonly string[] {
  return [`# TYPE ${name} gauge`, ...logs.map((log) => `${name}${formatLabels({ log: log.name })} ${value(log)}`)]
}

/** Names of use cases, schemes, KMS and codes need no escaping. */
export function formatLabels(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`
}
