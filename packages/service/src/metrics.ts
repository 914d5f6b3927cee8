import type { RequestReport } from './app.js'
import type { KeptLog } from './kept-log.js'
import { type StatsByName, statsLines } from './stats-lines.js'

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What the service counts, in Prometheus's text format. */
export class Metrics {
  readonly #requests = new Map<string, number>()
  readonly #buckets: number[] = Array(BOUNDS.length + 1).fill(0)
  #seconds = 0

  count({ operation, useCase, outcome, milliseconds }: RequestReport): void {
    // A name that the caller made up would make a series of its own.
    const known = outcome === 'FORBIDDEN' ? '' : useCase
    const labels = format({ operation, use_case: known, outcome })
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1)
    const seconds = milliseconds / 1000
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound)
    this.#buckets.splice(bucket, 1, (this.#buckets.at(bucket) as number) + 1)
    this.#seconds += seconds
  }

  async render(underWay: number, logs: readonly KeptLog[], stats: StatsByName): Promise<string> {
    const free = await Promise.all(logs.map(freeBytesOf))
    return [
      '# TYPE parasol_requests_total counter',
      ...[...this.#requests].map(([labels, count]) => `parasol_requests_total${labels} ${count}`),
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
      '',
    ].join('\n')
  }

  #histogram(): readonly string[] {
    let sum = 0
    const lines = this.#buckets.map((count, index) => {
      sum += count
      return `parasol_request_seconds_bucket${format({ le: String(BOUNDS[index] ?? '+Inf') })} ${sum}`
    })
    return [...lines, `parasol_request_seconds_sum ${this.#seconds}`, `parasol_request_seconds_count ${sum}`]
  }
}

async function freeBytesOf(log: KeptLog): Promise<readonly string[]> {
  const { freeBytes } = await log.check().catch((): { freeBytes?: number } => ({}))
  return freeBytes === undefined ? [] : [`parasol_log_free_bytes${format({ log: log.name })} ${freeBytes}`]
}

function gauge(name: string, logs: readonly KeptLog[], value: (log: KeptLog) => number): readonly string[] {
  return [`# TYPE ${name} gauge`, ...logs.map((log) => `${name}${format({ log: log.name })} ${value(log)}`)]
}

/** Names of use cases, schemes, KMS and codes need no escaping. */
function format(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`
}
