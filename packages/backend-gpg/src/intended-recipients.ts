import { type PublicKey, SignaturePacket } from 'openpgp'

/** RFC 9580, section 5.2.3.36; OpenPGP.js knows it neither to read nor to write. */
const INTENDED_RECIPIENT_FINGERPRINT = 35

/** What the types of OpenPGP.js do not tell of a signature. */
interface SignatureInternals {
  writeHashedSubPackets(): Uint8Array
}

/**
 * A signature that names those to whom the message is written, so that none of them can pass it on to another
 * as if it had been written to him: Sequoia, GopenPGP and this package then refuse it.
 */
export class AddressedSignature extends SignaturePacket {
  readonly #recipients: readonly PublicKey[]

  constructor(recipients: readonly PublicKey[]) {
    super()
    this.#recipients = recipients
  }

  /** OpenPGP.js calls this for what is signed. */
  writeHashedSubPackets(): Uint8Array {
    const { writeHashedSubPackets } = SignaturePacket.prototype as unknown as SignatureInternals
    const length = Buffer.alloc(this.version === 6 ? 4 : 2)
    const known = writeHashedSubPackets.call(this).subarray(length.length)
    const subpackets = Buffer.concat([known, ...this.#recipients.map(writeSubpacket)])
    length.writeUIntBE(subpackets.length, 0, length.length)
    return Uint8Array.from(Buffer.concat([length, subpackets]))
  }
}

/** Whether a signature names one of these as its recipients, or nobody. */
export function hasIntendedRecipient(signature: SignaturePacket, fingerprints: readonly string[]): boolean {
  const intended = signature.unknownSubpackets.filter(({ type }) => type === INTENDED_RECIPIENT_FINGERPRINT)
  if (intended.length === 0) return true
  const named = intended.map(({ body }) => Buffer.from(body.subarray(1)).toString('hex').toUpperCase())
  return fingerprints.some((fingerprint) => named.includes(fingerprint))
}

function writeSubpacket(recipient: PublicKey): Uint8Array {
  const fingerprint = Buffer.from(recipient.getFingerprint(), 'hex')
  const version = recipient.keyPacket.version
  return Buffer.concat([Uint8Array.of(fingerprint.length + 2, INTENDED_RECIPIENT_FINGERPRINT, version), fingerprint])
}
