import fc from 'fast-check'
import { expect, it } from 'vitest'
import { beheadings, flips, overwritings, splices, spread, truncations } from '../src/mutations.js'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 })

it('flips exactly one bit of each byte', () => {
  fc.assert(
    fc.property(bytes, (original) => {
      const changed = flips(original).map((flipped) =>
        Buffer.from(flipped.map((byte, at) => byte ^ (original[at] ?? 0))),
      )
      expect(changed).toHaveLength(original.length)
      for (const [index, difference] of changed.entries()) {
        expect(difference.filter((byte) => byte !== 0)).toEqual(Buffer.of(1 << (index % 8)))
        expect(difference[index]).toBe(1 << (index % 8))
      }
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
