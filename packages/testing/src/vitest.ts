import { afterAll, describe, it } from 'vitest'

import { applicable, type ConformanceCase } from './conformance-case.js'
import type { KmsHarness } from './kms/kms-harness.js'
import { kmsCases } from './kms-cases.js'
import type { ProviderHarness } from './provider/provider-harness.js'
import { providerCases } from './provider-cases.js'

/** Registers with vitest one test for each case that every provider must pass and that is about this one. */
export function testCryptoProvider(name: string, create: () => Promise<ProviderHarness> | ProviderHarness): void {
  register(name, providerCases, create)
}

/** Registers with vitest one test for each case that every KMS must pass. */
export function testKms(name: string, create: () => Promise<KmsHarness> | KmsHarness): void {
  register(name, kmsCases, create)
}

interface Harness {
  dispose?(): Promise<void> | void
}

/** The harness is made while tests are collected: which of them there are depends on the implementation's traits. */
function register<H extends Harness>(
  name: string,
  cases: readonly ConformanceCase<H>[],
  create: () => Promise<H> | H,
): void {
  describe(name, async () => {
    const harness = await create()
    afterAll(() => harness.dispose?.())
    for (const each of applicable(cases, harness)) it(each.name, () => each.run(harness))
  })
}
