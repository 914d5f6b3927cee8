import { quantile, spreadOf } from '@parasol/bench'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'

it('takes the middle of an odd number of values, and between the middle two of an even one', () => {
  expect(spreadOf([5, 1, 3]).median).toBe(3)
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1.75, high: 3.25 })
})

it('has a median between its quartiles, and all of them among the values', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1 }), (values) => {
      const { low, median, high } = spreadOf(values)
      expect(low).toBeLessThanOrEqual(median)
      expect(median).toBeLessThanOrEqual(high)
      expect(low).toBeGreaterThanOrEqual(Math.min(...values))
      expect(high).toBeLessThanOrEqual(Math.max(...values))
    }),
  )
})

it('does not change what it is given, and knows nothing of no values', () => {
  const values = Object.freeze([3, 1, 2])
  expect(quantile(values, 1)).toBe(3)
  expect(quantile([], 0.5)).toBeNaN()
})
