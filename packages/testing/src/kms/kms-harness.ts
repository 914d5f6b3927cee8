import type { Kms } from '@parasol/core'

import type { Integrity } from '../subject.js'

/** What a suite needs of a KMS. It is made once, shared by all cases, and disposed of after the last. */
export interface KmsHarness {
  readonly kms: Kms
  /** Two keys that exist. */
  readonly keyId: string
  readonly otherKeyId: string
  /** Another KMS with other keys: it must read nothing of the first one's. It has a key of the id `keyId` too. */
  readonly stranger: Kms
  /** A key that does not exist; `alias/missing` by default. */
  readonly missingKeyId?: string
  /** `ciphertext` by default. */
  readonly integrity?: Integrity
  dispose?(): Promise<void> | void
}
