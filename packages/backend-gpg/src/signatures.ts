import { timingSafeEqual } from 'node:crypto'
import type { DecryptMessageResult, PublicKey, RawNotation, SignaturePacket } from 'openpgp'
import { hasIntendedRecipient } from './intended-recipients.js'

/** What OpenPGP.js tells of a signature. */
export type VerificationResult = DecryptMessageResult['signatures'][number]

/** More in one message are refused: for each of them all of the plaintext may be hashed once. */
export const MAX_SIGNATURES = 8

/** Named values in the signed part of a signature that this scheme writes. gpg shows them and needs none of them. */
export const CONTEXT_NOTATION = 'context@parasol.dev'
export const RECIPIENTS_NOTATION = 'recipients@parasol.dev'

/** A notation as OpenPGP.js takes it. */
export function notation(name: string, value: Uint8Array): RawNotation {
  return { name, value, humanReadable: false, critical: false }
}

/** What a signature must say for a message to be read. */
export interface SignaturePolicy {
  /** The certificates of those whose signatures are accepted. */
  readonly certificates: readonly PublicKey[]
  /** Each value that a notation must have if it is there; undefined if it must not be there. */
  readonly notations: Readonly<Record<string, Uint8Array | undefined>>
  /** Whether all of the notations must be there. */
  readonly notationsRequired: boolean
  /** Primary fingerprints, upper case, of the keys that the message was decrypted with; none if by a password. */
  readonly readers: readonly string[]
}

/** Whether a message is signed, and each of its signatures is valid, of a pinned key, and says what it must. */
export async function areAcceptedSignatures(
  results: readonly VerificationResult[],
  policy: SignaturePolicy,
): Promise<boolean> {
  const packets = await Promise.all(results.map((result) => validPacket(result, policy.certificates)))
  return packets.length > 0 && packets.every((packet) => packet !== undefined && says(packet, policy))
}

function says(packet: SignaturePacket, { notations, notationsRequired, readers }: SignaturePolicy): boolean {
  const agrees = Object.entries(notations).every(([name, value]) => {
    const found = packet.rawNotations.filter((each) => each.name === name)
    if (found.length === 0) return !notationsRequired
    return found.length === 1 && value !== undefined && equal(found[0]?.value, value)
  })
  return agrees && (hasIntendedRecipient(packet, readers) || (readers.length === 0 && isBoundToItsReaders(packet)))
}

/** Whether it names all session keys: then nobody can have passed the message on under another password. */
function isBoundToItsReaders({ rawNotations }: SignaturePacket): boolean {
  return rawNotations.some(({ name }) => name === RECIPIENTS_NOTATION)
}

/**
 * The signature if it is valid. OpenPGP.js finds the key by its 64-bit id, among the pinned ones only; if the signature
 * names its issuer in full, that is compared as well. A key makes signatures of its own version only.
 */
export async function validPacket(
  { verified, signature }: VerificationResult,
  certificates: readonly PublicKey[],
): Promise<SignaturePacket | undefined> {
  try {
    await verified
    const { packets } = await signature
    const [packet] = packets
    return packet && certificates.some((certificate) => isIssuer(certificate, packet)) ? packet : undefined
  } catch {
    return undefined
  }
}

function isIssuer(certificate: PublicKey, { version, issuerKeyID, issuerFingerprint }: SignaturePacket): boolean {
  const named = issuerFingerprint && Buffer.from(issuerFingerprint).toString('hex')
  return certificate
    .getKeys(issuerKeyID)
    .some((key) => key.keyPacket.version === version && (!named || named === key.getFingerprint()))
}

function equal(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && timingSafeEqual(a, b)
}
