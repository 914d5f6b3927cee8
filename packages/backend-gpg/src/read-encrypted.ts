import { decryptionFailed } from '@parasol/core'
import { enums, type SessionKey } from 'openpgp'
import { readForm } from './authenticated-form.js'
import type { ByteReader } from './byte-reader.js'
import { openChunks } from './open-chunks.js'
import type { StreamedPacket } from './packet-stream.js'
import { BEGINNING_BYTES, looksRight, unprotect } from './protected-data.js'

/** The body of a packet of encrypted data, of which the beginning was read. */
export interface EncryptedBody {
  readonly version: number
  /** What was read. */
  readonly beginning: Uint8Array
  /** Named before the data in messages with AEAD only, as OpenPGP numbers it. */
  readonly cipher: number | undefined
  /** How long what is authenticated by itself is, if that is not all of it. */
  readonly chunkBytes: number | undefined
  /**
   * The packets in it, in pieces that are valid until the next one is asked for, NOT authenticated before the iteration has
   * ended without an error. Undefined if OpenPGP.js has to read them: without AES, such as 3DES, or in mode EAX.
   *
   * @param candidates at most one of them is right
   * @throws CryptoError DECRYPTION_FAILED
   */
  decrypt(candidates: readonly SessionKey[]): AsyncGenerator<Uint8Array> | undefined
}

export async function readEncrypted({ tag }: StreamedPacket, body: ByteReader): Promise<EncryptedBody> {
  const [version = 0] = await body.take(1)
  const isProtected = tag === enums.packet.symEncryptedIntegrityProtectedData && version === 1
  return isProtected ? readProtected(body) : readAuthenticated(tag, version, body)
}

async function readProtected(body: ByteReader): Promise<EncryptedBody> {
  const start = await body.take(BEGINNING_BYTES)
  return {
    version: 1,
    beginning: Buffer.concat([Uint8Array.of(1), start]),
    cipher: undefined,
    chunkBytes: undefined,
    decrypt: (candidates) => {
      const usable = candidates.filter(({ algorithm, data }) => algorithm === `aes${data.length * 8}`)
      if (usable.length === 0 && candidates.length > 0) return undefined
      const [only] = usable
      const found = usable.length === 1 ? only : usable.find(({ data }) => looksRight(data, start))
      if (!found) throw decryptionFailed()
      return unprotect(found.data, continued(start, body))
    },
  }
}

async function readAuthenticated(tag: number, version: number, body: ByteReader): Promise<EncryptedBody> {
  const form = await readForm(tag, version, body)
  const keys = (candidates: readonly SessionKey[]) => candidates.map(({ data }) => data)
  return {
    version,
    beginning: Buffer.concat([Uint8Array.of(version), form.header]),
    cipher: form.cipher,
    chunkBytes: form.chunkBytes,
    decrypt: (candidates) => ('unlock' in form ? openChunks(form, keys(candidates), body) : undefined),
  }
}

async function* continued(start: Uint8Array, body: ByteReader): AsyncGenerator<Uint8Array> {
  yield start
  yield* body.rest()
}
