/**
 * What a scheme or a KMS counts, nested at will, for metrics: counts since the start, and states as 0 or 1. Names are
 * those of our code or of the configuration; nothing of a value, a key or a context stands in it.
 */
export interface Stats {
  readonly [name: string]: number | Stats
}

/** A scheme or a KMS that tells what it counts. */
export interface Observable {
  stats(): Stats
}

export function isObservable(service: object): service is Observable {
  return 'stats' in service && typeof service.stats === 'function'
}
