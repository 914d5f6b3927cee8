import type { Stats } from '@parasol/core'

/** What the KMS and the schemes count, by their names. */
export interface StatsByName {
  readonly kms: Stats
  readonly schemes: Stats
}

const LABELS = { kms: 'kms', schemes: 'scheme' } as const

/**
 * Counts of the KMS and the schemes as lines of Prometheus's text format: `hits` of scheme `envelope` is
 * `parasol_scheme_hits{scheme="envelope"}`. What is nested is joined by `_`, and camel case becomes snake case.
 */
export function statsLines(stats: StatsByName): readonly string[] {
  const samples = (['kms', 'schemes'] as const).flatMap((kind) =>
    Object.entries(stats[kind]).flatMap(([name, counts]) =>
      flatten(counts, `parasol_${LABELS[kind]}`).map(([metric, value]) => ({
        metric,
        line: `${metric}{${LABELS[kind]}="${name}"} ${value}`,
      })),
    ),
  )
  const metrics = [...new Set(samples.map(({ metric }) => metric))]
  return metrics.flatMap((metric) => [
    `# TYPE ${metric} untyped`,
    ...samples.filter((sample) => sample.metric === metric).map(({ line }) => line),
  ])
}

function flatten(stats: number | Stats, prefix: string): readonly (readonly [metric: string, value: number])[] {
  if (typeof stats === 'number') return [[prefix, stats]]
  return Object.entries(stats).flatMap(([name, inner]) => flatten(inner, `${prefix}_${snakeCase(name)}`))
}

function snakeCase(name: string): string {
  return name
    .replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '_')
}
