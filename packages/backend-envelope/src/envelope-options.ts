import type { Kms } from '@parasol/core'
import type { DataKeyPolicy } from './data-key-policy.js'
import type { RecoveryKey } from './recovery-key.js'
import type { RecoveryRecipient } from './recovery-recipient.js'

export interface EnvelopeOptions {
  readonly kms: Kms
  /** The KMS key that wraps data keys: an id, an alias or whatever else the KMS takes. At most 255 bytes. */
  readonly keyId: string
  /** The suite that encrypts; by default the fastest for the length, see `default-suite.ts`. */
  readonly suite?: string | undefined
  /** The suites that are read, beside the one that encrypts; all by default. */
  readonly readSuites?: readonly string[]
  /** How long data keys live; `per-record` by default. */
  readonly dataKeys?: DataKeyPolicy
  /** Who else can open every data key; nobody by default, and then `rewrap` keeps the wrappings that are there. */
  readonly recovery?: readonly RecoveryRecipient[] | undefined
  /** Opens data keys in the place of the KMS: only `recoveryProvider` gives it. */
  readonly recoveryKey?: RecoveryKey | undefined
  /** `envelope` by default. */
  readonly scheme?: string
  /** Bytes of plaintext in a segment of a stream: a power of two from 256 to 1,048,576; 65,536 by default. */
  readonly segmentBytes?: number
}
