import { readSignature, type SignaturePacket } from 'openpgp'
import { isArmored } from './armored-text.js'
import { openpgpConfig } from './openpgp-config.js'
import { detachInline, readDetached } from './stateless/verify-data.js'

/** Who a signature says made it. It may lie: nothing of it is verified. */
export interface ClaimedSigner {
  /** 16 hexadecimal digits. */
  readonly keyId: string
  /** Of the primary key or subkey that signed; not all programs say it. */
  readonly fingerprint?: string
  /** A time of ISO 8601. */
  readonly signedAt?: string
  /** Of the signature packet: 4, or 6 as RFC 9580 has it. */
  readonly version: number
}

export interface SignatureInspection {
  readonly form: 'signature' | 'signed' | 'clear-signed'
  readonly signers: readonly ClaimedSigner[]
}

/** What a signature, or a signed message, says of its signers. Undefined if the bytes are neither. */
export async function inspectSignatures(bytes: Uint8Array): Promise<SignatureInspection | undefined> {
  const begin = isArmored(bytes) ? Buffer.from(bytes.subarray(0, 64)).toString('latin1') : ''
  if (/^-----BEGIN PGP SIGNATURE-----/.test(begin)) return inspectDetached(bytes)
  if (/^-----BEGIN PGP SIGNED MESSAGE-----/.test(begin)) return inspectInline(bytes, 'clear-signed')
  const detached = begin === '' ? await inspectDetached(bytes) : undefined
  return detached ?? inspectInline(bytes, 'signed')
}

export function claimedSigner({ issuerKeyID, issuerFingerprint, created, version }: SignaturePacket): ClaimedSigner {
  return {
    keyId: issuerKeyID.toHex().toUpperCase(),
    ...(issuerFingerprint && { fingerprint: Buffer.from(issuerFingerprint).toString('hex').toUpperCase() }),
    ...(created && { signedAt: created.toISOString() }),
    version: version ?? 0,
  }
}

async function inspectDetached(bytes: Uint8Array): Promise<SignatureInspection | undefined> {
  const signature = await readDetached(bytes).catch(() => undefined)
  return signature && { form: 'signature', signers: [...signature.packets].map(claimedSigner) }
}

async function inspectInline(
  bytes: Uint8Array,
  form: SignatureInspection['form'],
): Promise<SignatureInspection | undefined> {
  const signed = await detachInline(bytes).catch(() => undefined)
  if (!signed) return undefined
  if (signed.signatures.length === 0) return { form, signers: [] }
  const signature = await readSignature({ binarySignature: signed.signatures, config: openpgpConfig })
  return { form, signers: [...signature.packets].map(claimedSigner) }
}
