import { createHash, type Hash } from 'node:crypto'
import { decryptionFailed } from '@parasol/core'
import { enums } from 'openpgp'

interface HashAlgorithm {
  readonly name: string
  /** How long the salt of a version 6 signature is: RFC 9580, table 23. */
  readonly saltBytes: number
}

const ALGORITHMS: ReadonlyMap<number, HashAlgorithm> = new Map([
  [enums.hash.sha224, { name: 'sha224', saltBytes: 16 }],
  [enums.hash.sha256, { name: 'sha256', saltBytes: 16 }],
  [enums.hash.sha384, { name: 'sha384', saltBytes: 24 }],
  [enums.hash.sha512, { name: 'sha512', saltBytes: 32 }],
  [enums.hash.sha3_256, { name: 'sha3-256', saltBytes: 16 }],
  [enums.hash.sha3_512, { name: 'sha3-512', saltBytes: 32 }],
])

/** What of a signature decides how its data is hashed. */
export interface HashedAs {
  readonly version: number
  readonly hashAlgorithm: number | null
  /** Of version 6 alone; it is hashed before the data. */
  readonly salt?: Uint8Array | null
}

/** The digests of a message while it passes by, one for each way in which its signatures say that they hash it. */
export class MessageHashes {
  readonly #hashes = new Map<string, Hash>()

  /** @throws CryptoError DECRYPTION_FAILED for an algorithm that is not accepted, or a salt that does not fit it */
  announce(signature: HashedAs): void {
    const algorithm = ALGORITHMS.get(signature.hashAlgorithm ?? 0)
    const salt = saltOf(signature)
    if (!algorithm || (salt && salt.length !== algorithm.saltBytes)) throw decryptionFailed()
    const name = nameOf(signature)
    if (this.#hashes.has(name)) return
    const hash = createHash(algorithm.name)
    this.#hashes.set(name, salt ? hash.update(salt) : hash)
  }

  update(piece: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(piece)
  }

  /** What a signature signs: its salt, the message, the signature's own signed part, and the length of that. */
  digest(signature: HashedAs, signedPart: Uint8Array): Uint8Array {
    const hash = this.#hashes.get(nameOf(signature))
    if (!hash) throw decryptionFailed()
    const trailer = Buffer.from([signature.version, 0xff, 0, 0, 0, 0])
    trailer.writeUInt32BE(signedPart.length, 2)
    return hash.copy().update(signedPart).update(trailer).digest()
  }
}

function nameOf(signature: HashedAs): string {
  const salt = saltOf(signature)
  return `${signature.hashAlgorithm}${salt ? ` ${Buffer.from(salt).toString('hex')}` : ''}`
}

/** A version 6 signature without a salt has an empty one, which fits nothing. */
function saltOf({ version, salt }: HashedAs): Uint8Array | undefined {
  return version === 6 ? (salt ?? new Uint8Array(0)) : undefined
}
