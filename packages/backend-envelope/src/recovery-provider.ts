import { CryptoError, type Kms } from '@parasol/core'
import { EnvelopeProvider } from './envelope-provider.js'
import type { RecoveryKey } from './recovery-key.js'
import type { RecoveryRecipient } from './recovery-recipient.js'

export interface RecoveryProviderOptions {
  /** Remains the caller's to dispose of. */
  readonly recoveryKey: RecoveryKey
  /** Of what is to be opened: `envelope` by default. */
  readonly scheme?: string
  readonly readSuites?: readonly string[]
  /** For whom `rewrap` wraps data keys anew; without it, it is refused. */
  readonly rewrapFor?: {
    readonly kms: Kms
    readonly keyId: string
    readonly recovery?: readonly RecoveryRecipient[]
  }
}

/**
 * Opens what scheme `envelope` encrypted by its recovery key, without the KMS: for the day when that is gone. Nothing
 * does so unless this is called. It decrypts and rewraps; it does not encrypt.
 *
 *     using recoveryKey = await RecoveryKey.fromSecret(secret)
 *     using provider = recoveryProvider({ recoveryKey })
 *     const cipher = createCrypto([provider], { 'customer.phone': { scheme: 'envelope' } }).for('customer.phone')
 */
export function recoveryProvider({ rewrapFor, ...options }: RecoveryProviderOptions): EnvelopeProvider {
  const { kms, keyId, recovery = [] } = rewrapFor ?? { kms: NO_KMS, keyId: 'none' }
  return new EnvelopeProvider({ ...options, kms, keyId, recovery })
}

async function refuse(): Promise<never> {
  throw new CryptoError('UNSUPPORTED', 'There is no KMS to wrap for: name one in "rewrapFor"')
}

const NO_KMS: Kms = { maxPlaintextBytes: 0, encrypt: refuse, decrypt: refuse, generateDataKey: refuse }
