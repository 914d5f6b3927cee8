import { timingSafeEqual } from 'node:crypto'
import type { DecryptMessageResult, PublicKey, Signature, SignaturePacket } from 'openpgp'

type VerificationResult = DecryptMessageResult['signatures'][number]

/** Named values in the signed part of a signature that this scheme writes. gpg shows them and needs none of them. */
export const CONTEXT_NOTATION = 'context@parasol.dev'
export const RECIPIENTS_NOTATION = 'recipients@parasol.dev'

/** A notation as OpenPGP.js takes it. */
export function notation(name: string, value: Uint8Array) {
  return { name, value, humanReadable: false, critical: false }
}

/**
 * The signatures that are valid and were made by one of these certificates, told by the full fingerprint of the issuing
 * key: OpenPGP.js itself matches 64-bit key ids.
 */
export async function validSignatures(
  results: readonly VerificationResult[],
  certificates: readonly PublicKey[],
): Promise<readonly SignaturePacket[]> {
  const fingerprints = new Set(
    certificates.flatMap((certificate) => certificate.getKeys().map((key) => key.getFingerprint())),
  )
  const packets = await Promise.all(results.map((result) => validPacket(result, fingerprints)))
  return packets.filter((packet) => packet !== undefined)
}

/** Whether a signature holds a notation exactly once, with exactly this value. */
export function hasNotation({ rawNotations }: SignaturePacket, name: string, value: Uint8Array): boolean {
  const [found, ...others] = rawNotations.filter((each) => each.name === name)
  if (!found || others.length > 0 || found.value.length !== value.length) return false
  return timingSafeEqual(found.value, value)
}

async function validPacket(
  { verified, signature }: VerificationResult,
  fingerprints: ReadonlySet<string>,
): Promise<SignaturePacket | undefined> {
  try {
    await verified
    const { packets }: Signature = await signature
    const packet = packets[0]
    const issuer = packet?.issuerFingerprint
    return issuer && fingerprints.has(Buffer.from(issuer).toString('hex')) ? packet : undefined
  } catch {
    return undefined
  }
}
