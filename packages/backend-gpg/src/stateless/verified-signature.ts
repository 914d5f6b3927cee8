import { enums, type PublicKey, type SignaturePacket } from 'openpgp'
import { type VerificationResult, validPacket } from '../signatures.js'
import { shown } from '../usable-key.js'

/** A signature that is valid: by whom, and when. */
export interface VerifiedSignature {
  readonly signedAt: Date
  /** The fingerprint of the primary key or subkey that signed, upper case. */
  readonly signedBy: string
  /** The fingerprint of the key that it belongs to, upper case. */
  readonly primary: string
  readonly mode: 'binary' | 'text'
}

/** Between which moments signatures are accepted. */
export interface SignatureDates {
  readonly notBefore?: Date | undefined
  readonly notAfter?: Date | undefined
}

/** Those signatures that are valid and by one of the certificates; others are passed over. */
export async function verifiedSignatures(
  results: readonly VerificationResult[],
  certificates: readonly PublicKey[],
  dates: SignatureDates = {},
): Promise<readonly VerifiedSignature[]> {
  const packets = await Promise.all(results.map((result) => validPacket(result, certificates)))
  const verified = packets.flatMap((packet) => (packet ? describe(packet, certificates) : []))
  return verified.filter(({ signedAt }) => isBetween(signedAt, dates))
}

function describe(packet: SignaturePacket, certificates: readonly PublicKey[]): VerifiedSignature[] {
  for (const certificate of certificates) {
    for (const key of certificate.getKeys(packet.issuerKeyID)) {
      return [
        {
          signedAt: packet.created ?? new Date(0),
          signedBy: key.getFingerprint().toUpperCase(),
          primary: shown(certificate),
          mode: packet.signatureType === enums.signature.text ? 'text' : 'binary',
        },
      ]
    }
  }
  return []
}

function isBetween(moment: Date, { notBefore, notAfter }: SignatureDates): boolean {
  return (!notBefore || moment >= notBefore) && (!notAfter || moment <= notAfter)
}
