import { brokenKms, brokenProviders, kmsCases, providerCases, ReEncryptingFakeKms, runCases } from '@parasol/testing'
import { expect, it } from 'vitest'

const keys = { keyId: 'alias/test', otherKeyId: 'alias/other' }

for (const { fault, caughtBy, make } of brokenProviders) {
  it(`catches a provider that ${fault}`, async () => {
    const harness = { provider: make(), stranger: make() }
    expect(await failures(providerCases, caughtBy, harness)).toEqual([caughtBy])
  })
}

for (const { fault, caughtBy, make } of brokenKms) {
  it(`catches a KMS that ${fault}`, async () => {
    const harness = { kms: make(), stranger: make(), ...keys }
    expect(await failures(kmsCases, caughtBy, harness)).toEqual([caughtBy])
  })
}

it('passes the KMS that the broken ones are made of', async () => {
  const results = await runCases(kmsCases, {
    kms: new ReEncryptingFakeKms(),
    stranger: new ReEncryptingFakeKms(),
    ...keys,
  })
  expect(results.filter((result) => 'error' in result)).toEqual([])
})

it('gives each case a name of its own', () => {
  for (const cases of [providerCases, kmsCases]) {
    const names = cases.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  }
})

/** The names of the cases that fail, of those that have the name. */
async function failures<Harness>(
  cases: Parameters<typeof runCases<Harness>>[0],
  name: string,
  harness: Harness,
): Promise<readonly string[]> {
  const named = cases.filter((each) => each.name === name)
  const results = await runCases(named, harness)
  return results.filter((result) => 'error' in result).map((result) => result.name)
}
