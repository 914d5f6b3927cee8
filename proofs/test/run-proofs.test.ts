import { expect, it, vi } from 'vitest'
import type { Finding, Proof } from '../src/proof.js'
import { proofs } from '../src/proofs.js'
import { runProofs } from '../src/run-proofs.js'

const holding: Finding = { figures: { found: 0 }, holds: true }
const failing: Finding = { figures: { found: 1 }, holds: false }

function proofOf(name: string, measured: Finding, control: Finding): Proof {
  return {
    name,
    claim: `${name} holds`,
    goal: 'found = 0',
    measure: async () => measured,
    control: async () => control,
  }
}

const table = [
  proofOf('sound', holding, failing),
  proofOf('untrue', failing, failing),
  proofOf('blind', holding, holding),
  { ...proofOf('broken', holding, failing), measure: () => Promise.reject(new Error('as the test wants it')) },
  { ...proofOf('elsewhere', failing, failing), platforms: ['aix' as const] },
  { ...proofOf('unequipped', failing, failing), needs: 'a program' },
]

async function run(...args: string[]) {
  const printed: string[] = []
  const complaints: string[] = []
  const output = { print: (line: string) => printed.push(line), complain: (line: string) => complaints.push(line) }
  const code = await runProofs(args, table, output)
  return { code, printed, complaints }
}

it('exits with 0 and prints one line of JSON when a proof holds', async () => {
  const { code, printed } = await run('sound', '--seed', '7')
  expect(code).toBe(0)
  expect(printed.map((line) => JSON.parse(line))).toEqual([
    {
      proof: 'sound',
      scale: 'short',
      seed: 7,
      figures: { found: 0 },
      goal: 'found = 0',
      control: { found: 1 },
      pass: true,
      seconds: expect.any(Number),
    },
  ])
})

it.each([
  ['untrue', 'the claim does not hold'],
  ['blind', 'the control did not fail'],
  ['broken', 'the measurement broke off'],
])('exits with 1 when a proof is %s', async (name, why) => {
  const { code, printed } = await run(name)
  expect(code).toBe(1)
  expect(JSON.parse(printed[0] ?? '')).toMatchObject({ pass: false, why })
})

it('exits with 1 when one of all does not hold, and runs the others', async () => {
  const { code, printed } = await run('--all')
  expect(code).toBe(1)
  expect(printed.length).toBe(table.length)
})

it('says of a proof that cannot be measured here that it was skipped', async () => {
  const { code, printed } = await run('elsewhere')
  expect(code).toBe(0)
  expect(JSON.parse(printed[0] ?? '')).toEqual({ proof: 'elsewhere', skipped: 'measured on aix only' })
})

it('takes what is not installed for a failure only where everything is meant to be', async () => {
  const codes = []
  for (const ci of ['', 'true']) {
    vi.stubEnv('CI', ci)
    codes.push((await run('unequipped')).code)
  }
  vi.unstubAllEnvs()
  expect(codes).toEqual([0, 1])
})

it.each([[['soud']], [['sound', '--ful']], [['sound', '--seed', 'x']]])('exits with 2 for %j', async (args) => {
  const { code, printed, complaints } = await run(...args)
  expect(code).toBe(2)
  expect(printed).toEqual([])
  expect(complaints.length).toBe(1)
})

it('lists the proofs when none is named', async () => {
  const { code, printed } = await run()
  expect(code).toBe(0)
  expect(printed[0]).toContain('sound       sound holds')
})

it('has proofs with names of their own', () => {
  const names = proofs.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
