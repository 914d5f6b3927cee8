import fc from 'fast-check'
import { expect, it } from 'vitest'
import { beheadings, flips, overwritings, splices, spread, truncations } from '../src/mutations.js'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 })

it('flips each bit at the beginning and one bit of each byte after it, one at a time', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (original) => {
      const differences = flips(original).map((flipped) => difference(flipped, original))
      const header = Math.min(original.length, 128)
      expect(differences).toHaveLength(8 * header + (original.length - header))
      expect(new Set(differences.map(String)).size).toBe(differences.length)
      expect(differences.every((changed) => changed.length === 1)).toBe(true)
    }),
  )
})

it('cuts at every length, from either side', () => {
  fc.assert(
    fc.property(bytes, (original) => {
      expect(truncations(original).map(({ length }) => length)).toEqual([...original.keys()])
      expect(beheadings(original).map(({ length }) => length)).toEqual([...original.keys()].reverse())
      for (const [index, head] of truncations(original).entries()) {
        expect(Buffer.concat([head, original.subarray(index)])).toEqual(Buffer.from(original))
      }
    }),
  )
})

it('makes nothing that equals what it was made from', () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const made = [...flips(one), ...overwritings(one, 0), ...overwritings(one, 0xff), ...splices(one, other)]
      expect(made.filter((each) => Buffer.compare(each, one) === 0)).toEqual([])
      expect(splices(one, other).filter((each) => Buffer.compare(each, other) === 0)).toEqual([])
    }),
  )
})

it('leaves out variations only where there are many, and keeps the first', () => {
  fc.assert(
    fc.property(fc.nat(2000), (count) => {
      const all = Array.from({ length: count }, (_, index) => index)
      const some = spread(all)
      expect(some.length).toBeGreaterThanOrEqual(Math.min(count, 80))
      expect(some.length).toBeLessThanOrEqual(160)
      expect(some[0]).toBe(all[0])
    }),
  )
})

/** The numbers of the bits in which two byte arrays of the same length differ. */
function difference(one: Uint8Array, other: Uint8Array): number[] {
  return [...one.keys()].flatMap((index) => {
    const changed = (one[index] ?? 0) ^ (other[index] ?? 0)
    return [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => changed & (1 << bit)).map((bit) => 8 * index + bit)
  })
}
