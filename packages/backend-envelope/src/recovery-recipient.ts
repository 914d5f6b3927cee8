import { type CallOptions, CryptoError, type EncryptionContext, type Kms } from '@parasol/core'
import { RecoveryPublicKey } from './recovery-key.js'
import { KMS_WRAPPING, MAX_LABEL_BYTES, MAX_WRAPPED_BYTES, RECOVERY_WRAPPING, type WrappedKey } from './wrapped-keys.js'

/**
 * Who can open data keys beside the scheme's own KMS key: another KMS key, of the same KMS or another one, or the holders
 * of a recovery key.
 */
export type RecoveryRecipient =
  | KmsRecipient
  /** `x25519:` and 43 characters. */
  | { readonly publicKey: string }

export interface KmsRecipient {
  readonly kms: Kms
  readonly keyId: string
  /**
   * Whether it opens data keys by itself while the scheme's own KMS is away. Such a one is there for availability: while it is
   * away, data is encrypted without it. Not by default.
   */
  readonly standsIn?: boolean | undefined
}

/** One that was checked. */
export interface Recipient {
  readonly kind: number
  readonly label: string
  /** The KMS that wraps, if it is one. */
  readonly kms?: Kms
  readonly standsIn: boolean
  wrap(dataKey: Uint8Array, kmsContext: EncryptionContext, options?: CallOptions): Promise<WrappedKey>
}

const MAX_RECIPIENTS = 8

/**
 * The recipients of a scheme whose own KMS key is `keyId`.
 *
 * @throws CryptoError INVALID_CONFIG for too many, and for two that green keys would call the same
 */
export function createRecipients(recipients: readonly RecoveryRecipient[], keyId: string): readonly Recipient[] {
  if (recipients.length > MAX_RECIPIENTS) {
    throw new CryptoError('INVALID_CONFIG', `At most ${MAX_RECIPIENTS} recovery recipients`)
  }
  const created = recipients.map((each) => ('kms' in each ? kmsRecipient(each) : keyRecipient(each.publicKey)))
  const labels = [keyId, ...created.map(({ label }) => label)]
  const twice = labels.find((label, index) => labels.indexOf(label) !== index)
  if (twice === undefined) return created
  throw new CryptoError(
    'INVALID_CONFIG',
    `Two keys of the scheme are called "${twice}": name one of them otherwise, such as by its ARN or another alias`,
  )
}

/** @throws CryptoError INVALID_CONFIG for a key id that does not fit into a green key */
export function requireKeyId(keyId: string): void {
  if (keyId !== '' && keyId.isWellFormed() && Buffer.byteLength(keyId) <= MAX_LABEL_BYTES) return
  throw new CryptoError('INVALID_CONFIG', `A key id has 1 to ${MAX_LABEL_BYTES} bytes of UTF-8`)
}

/** @throws CryptoError KMS_PROTOCOL for what does not fit into a green key */
export function kmsWrapping(label: string, bytes: Uint8Array): WrappedKey {
  if (bytes.length > 0 && bytes.length <= MAX_WRAPPED_BYTES) return { kind: KMS_WRAPPING, label, bytes }
  throw new CryptoError('KMS_PROTOCOL', `The KMS gave a wrapped key of ${bytes.length} bytes`)
}

function kmsRecipient({ kms, keyId, standsIn = false }: KmsRecipient): Recipient {
  requireKeyId(keyId)
  return {
    kind: KMS_WRAPPING,
    label: keyId,
    kms,
    standsIn,
    wrap: async (dataKey, kmsContext, options) =>
      kmsWrapping(keyId, await kms.encrypt(keyId, dataKey, kmsContext, options)),
  }
}

function keyRecipient(text: string): Recipient {
  const key = RecoveryPublicKey.parse(text)
  return {
    kind: RECOVERY_WRAPPING,
    label: key.id,
    standsIn: false,
    wrap: async (dataKey, kmsContext) => ({
      kind: RECOVERY_WRAPPING,
      label: key.id,
      bytes: await key.wrap(dataKey, kmsContext),
    }),
  }
}
