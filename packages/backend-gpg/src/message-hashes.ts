import { createHash, type Hash } from 'node:crypto'
import { decryptionFailed } from '@parasol/core'
import { enums, type SignaturePacket } from 'openpgp'

const NAMES: ReadonlyMap<number, string> = new Map([
  [enums.hash.sha224, 'sha224'],
  [enums.hash.sha256, 'sha256'],
  [enums.hash.sha384, 'sha384'],
  [enums.hash.sha512, 'sha512'],
])

/** The digests of a message while it passes by, one for each algorithm that its signatures announce. */
export class MessageHashes {
  readonly #hashes = new Map<number, Hash>()

  /** @throws CryptoError DECRYPTION_FAILED for an algorithm that is not accepted */
  announce(algorithm: number): void {
    const name = NAMES.get(algorithm)
    if (!name) throw decryptionFailed()
    if (!this.#hashes.has(algorithm)) this.#hashes.set(algorithm, createHash(name))
  }

  update(piece: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(piece)
  }

  /** What a version 4 signature signs: the message, the signature's own signed part, and the length of that. */
  digest({ hashAlgorithm }: SignaturePacket, signedPart: Uint8Array): Uint8Array {
    const hash = this.#hashes.get(hashAlgorithm ?? 0)
    if (!hash) throw decryptionFailed()
    const trailer = Buffer.from([4, 0xff, 0, 0, 0, 0])
    trailer.writeUInt32BE(signedPart.length, 2)
    return hash.copy().update(signedPart).update(trailer).digest()
  }
}
