import { soak, sparkline, trendOf } from '@parasol/bench'
import { expect, it } from 'vitest'

it('finds the trend although some points lie far off', () => {
  const points = Array.from({ length: 20 }, (_, x) => ({ x, y: x % 7 === 3 ? 500 : 3 * x }))
  expect(trendOf(points)).toBeCloseTo(3, 5)
  expect(trendOf([{ x: 1, y: 1 }])).toBe(0)
})

it('draws values from the least to the most', () => {
  expect(sparkline([1, 2, 8])).toBe('▁▂█')
  expect(sparkline([5, 5])).toBe('▁▁')
})

it('tells work that keeps memory from work that does not', async () => {
  const kept: Uint8Array[] = []
  const keeping = { name: '', batch: async () => kept.push(new Uint8Array(2 ** 20).fill(1)) && 100 }
  const clean = { name: '', batch: async () => new Uint8Array(1024).length && 1_000_000 }
  const options = { seconds: 0.01, samples: 8 }
  expect(await soak(keeping, options)).toMatchObject({ isFlat: false })
  expect(await soak(clean, options)).toMatchObject({ isFlat: true })
})
