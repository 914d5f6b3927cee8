import type { CryptoProvider } from '@parasol/core'

import type { Integrity } from '../subject.js'

/** What a suite needs of a backend. It is made once, shared by all cases, and disposed of after the last. */
export interface ProviderHarness {
  readonly provider: CryptoProvider
  /** The same kind of provider with other keys: it must read nothing of the first one's. */
  readonly stranger: CryptoProvider
  /** `ciphertext` by default. */
  readonly integrity?: Integrity
  dispose?(): Promise<void> | void
}
