import { contender, formatReport, hasProgram, measure, runBench, runScenario, scales, scenarios } from '@parasol/bench'
import { expect, it } from 'vitest'

for (const scenario of scenarios) {
  const { name, needs } = scenario
  const isReady = needs === undefined || hasProgram(needs)
  const title = `runs the scenario ${name}, whose contenders all give back what they were given`
  it.skipIf(!isReady)(isReady ? title : `${title} (needs ${needs})`, { timeout: 120_000 }, async () => {
    const { results, failure } = await runScenario(scenario, scales.tiny)
    expect(failure).toBeUndefined()
    expect(results.length).toBeGreaterThan(0)
  })
}

it('says which program is missing, and does not run a scenario without it', async () => {
  const run = () => expect.unreachable()
  const { skipped } = await runScenario({ name: 'x', title: '', shows: '', needs: 'no-such-program', run }, scales.tiny)
  expect(skipped).toBe('no-such-program is not installed')
})

it('finds that doing nothing is faster than adding roots', async () => {
  const spin = (length: number) => () => {
    let sum = 0
    for (let index = 0; index < length; index++) sum += Math.sqrt(index)
    return sum
  }
  const spinning = (name: string, length: number) =>
    contender({ name, kind: 'peer', work: spin(length), undo: () => 0, expected: 0 })
  const [slow, fast] = await measure(
    { title: '', metric: 'cpu', contenders: [spinning('slow', 20_000), spinning('fast', 10)] },
    { rounds: 3, roundMs: 5, warmMs: 5 },
  )
  expect(slow?.faster.median).toBe(1)
  expect(fast?.faster.median).toBeGreaterThan(2)
})

it('measures nobody who does not give back what he was given', async () => {
  const broken = contender({ name: 'broken', kind: 'peer', work: () => 1, undo: (one) => one + 1, expected: 1 })
  const measuring = measure({ title: '', metric: 'cpu', contenders: [broken] }, { rounds: 1, roundMs: 1, warmMs: 1 })
  await expect(measuring).rejects.toThrow('"broken" does not give back what it was given')
})

it('formats a report for a terminal, with the machine and the goals', async () => {
  const chosen = scenarios.filter(({ name }) => name === 'overhead' || name === 'kms-calls')
  const report = await runBench(chosen, 'tiny', (scenario, scale) => runScenario(scenario, scales[scale]))
  const text = formatReport(report)
  expect(text).toContain(`Node ${process.versions.node}`)
  expect(text).toMatch(/Goals\n(.|\n)*at most 48/)
})
