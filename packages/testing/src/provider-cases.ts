import type { CryptoProvider } from '@parasol/core'
import { type ConformanceCase, lift } from './conformance-case.js'
import type { Integrity, Subject } from './subject.js'
import { subjectCases } from './subject-cases.js'

/** What a suite needs of a backend. It is made once, shared by all cases, and disposed of after the last. */
export interface ProviderHarness {
  readonly provider: CryptoProvider
  /** The same kind of provider with other keys: it must read nothing of the first one's. */
  readonly stranger: CryptoProvider
  /** `ciphertext` by default. */
  readonly integrity?: Integrity
  dispose?(): Promise<void> | void
}

/** What every `CryptoProvider` must do, and what it must do if it has one of the optional abilities. */
export const providerCases: readonly ConformanceCase<ProviderHarness>[] = [...lift(subjectCases, subjectOf)]

function subjectOf({ provider, stranger, integrity = 'ciphertext' }: ProviderHarness): Subject {
  return {
    ...provider.traits,
    integrity,
    encrypt: (...args) => provider.encrypt(...args),
    decrypt: (...args) => provider.decrypt(...args),
    stranger,
  }
}
