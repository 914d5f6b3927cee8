import { formatReport, measure, runBench } from '@parasol/bench'
import { expect, it } from 'vitest'

it('finds that doing nothing is faster than hashing', async () => {
  const spin = (length: number) => () => {
    let sum = 0
    for (let index = 0; index < length; index++) sum += Math.sqrt(index)
    return sum
  }
  const run = (work: () => unknown) => (times: number) => {
    for (let time = 0; time < times; time++) work()
  }
  const [slow, fast] = await measure(
    {
      title: '',
      scenarios: [
        { name: 'slow', run: run(spin(20_000)) },
        { name: 'fast', run: run(spin(10)) },
      ],
    },
    { rounds: 3, roundMs: 5 },
  )
  expect(slow?.faster).toBe(1)
  expect(fast?.faster).toBeGreaterThan(2)
})

it('reports every comparison, and what reuse saves', async () => {
  const report = await runBench({
    rounds: 1,
    roundMs: 1,
    lengths: [16],
    fields: [1],
    files: { mebibytes: 1, rounds: 1 },
  })
  expect(report.results).toHaveLength(5)
  expect(report.footprints.map(({ kmsCallsPerThousand }) => kmsCallsPerThousand)).toEqual([2000, 10, 1])
  expect(report.footprints.every(({ overheadOfOneField }) => overheadOfOneField <= 48)).toBe(true)
  expect(report.files.measured).toHaveLength(3)
  expect(formatReport(report)).toContain('Encrypt a field of 16 B')
})
