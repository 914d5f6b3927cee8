import { randomInt } from 'node:crypto'

/** Choices that are the same for the same seed. Not for keys. */
export interface Random {
  /** A whole number from 0 to below the limit. */
  below(limit: number): number
  pick<T>(items: readonly T[]): T
  bytes(length: number): Uint8Array
}

export function newSeed(): number {
  return randomInt(2 ** 32)
}

/** Mulberry32: good enough to choose inputs, and a few lines long. */
export function randomFrom(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('There is nothing to pick from')
      return items[below(items.length)] as (typeof items)[number]
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  }
}
