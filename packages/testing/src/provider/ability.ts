import type { CryptoProvider, EncryptionContext } from '@parasol/core'

import type { ConformanceCase } from '../conformance-case.js'
import { contextFor } from '../samples.js'
import type { Integrity } from '../subject.js'
import type { ProviderHarness } from './provider-harness.js'

/** A provider, and its stranger, seen as having an optional ability. */
export interface Able<Provider extends CryptoProvider> {
  readonly provider: Provider
  readonly stranger: Provider
  readonly integrity: Integrity
  /** The usual context, or the empty one for a provider that binds none. */
  readonly context: EncryptionContext
}

/** Makes cases about an ability into cases about all providers that have it. */
export function ifAble<Provider extends CryptoProvider>(
  isAble: (provider: CryptoProvider) => provider is Provider,
  cases: readonly ConformanceCase<Able<Provider>>[],
): readonly ConformanceCase<ProviderHarness>[] {
  const view = ({ provider, stranger, integrity = 'ciphertext' }: ProviderHarness): Able<Provider> | undefined =>
    isAble(provider) && isAble(stranger)
      ? { provider, stranger, integrity, context: contextFor(provider.traits) }
      : undefined
  return cases.map((each) => ({
    name: each.name,
    applies: (harness) => {
      const able = view(harness)
      return able !== undefined && (each.applies?.(able) ?? true)
    },
    run: async (harness) => {
      const able = view(harness)
      if (able) await each.run(able)
    },
  }))
}
