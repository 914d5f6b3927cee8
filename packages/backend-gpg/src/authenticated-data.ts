import { type CipherOCB, createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { enums } from 'openpgp'
import type { CipherSuite } from './profile.js'

// Encrypted data of version 2: RFC 9580, section 5.13.2.
const VERSION = 2
const SALT_BYTES = 32
const TAG_BYTES = 16
const COUNTER_BYTES = 8
/** Chunks of 256 KiB, each authenticated by itself. */
const CHUNK_OCTET = 12
const CHUNK_BYTES = 2 ** (CHUNK_OCTET + 6)
const NONCE_BYTES = { ocb: 15, gcm: 12 } as const
const KEY_BYTES = { aes128: 16, aes256: 32 } as const

/** How many bytes of a session key the suite takes. */
export function keyBytes({ cipher }: CipherSuite): number {
  return KEY_BYTES[cipher]
}

/** What every byte of packets becomes in the body of a packet of authenticated data. */
export async function* authenticate(
  sessionKey: Uint8Array,
  suite: CipherSuite,
  packets: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const settings = [VERSION, enums.symmetric[suite.cipher], enums.aead[suite.mode], CHUNK_OCTET]
  const associated = Uint8Array.of(0xc0 | enums.packet.symEncryptedIntegrityProtectedData, ...settings)
  const salt = randomBytes(SALT_BYTES)
  using chunks = new ChunkCiphers(sessionKey, suite, associated, salt)
  yield Buffer.concat([Uint8Array.from(settings), salt])
  let cipher = chunks.next(associated)
  let room = CHUNK_BYTES
  let total = 0
  for await (const piece of packets) {
    for (let at = 0; at < piece.length; ) {
      if (room === 0) {
        yield finish(cipher)
        cipher = chunks.next(associated)
        room = CHUNK_BYTES
      }
      const part = piece.subarray(at, at + room)
      at += part.length
      room -= part.length
      yield cipher.update(part)
    }
    total += piece.length
  }
  yield finish(cipher)
  yield finish(chunks.next(Buffer.concat([associated, counter(total)])))
}

/** One cipher for each chunk, under the key and the nonces that the session key and the salt give. */
class ChunkCiphers implements Disposable {
  readonly #suite: CipherSuite
  readonly #derived: Buffer
  #index = 0

  constructor(sessionKey: Uint8Array, suite: CipherSuite, associated: Uint8Array, salt: Uint8Array) {
    const length = keyBytes(suite) + NONCE_BYTES[suite.mode] - COUNTER_BYTES
    this.#suite = suite
    this.#derived = Buffer.from(hkdfSync('sha256', sessionKey, salt, associated, length))
  }

  next(associated: Uint8Array): CipherOCB {
    const { mode } = this.#suite
    const key = this.#derived.subarray(0, keyBytes(this.#suite))
    const nonce = Buffer.concat([this.#derived.subarray(key.length), counter(this.#index++)])
    const algorithm = `aes-${key.length * 8}-${mode}` as 'aes-256-ocb'
    return createCipheriv(algorithm, key, nonce, { authTagLength: TAG_BYTES }).setAAD(associated)
  }

  [Symbol.dispose](): void {
    this.#derived.fill(0)
  }
}

function finish(cipher: CipherOCB): Uint8Array {
  return Buffer.concat([cipher.final(), cipher.getAuthTag()])
}

function counter(value: number): Buffer {
  const bytes = Buffer.alloc(COUNTER_BYTES)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
