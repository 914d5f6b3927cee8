import { decryptionFailed } from '@parasol/core'
import { enums, type Message, readMessage, type SessionKey } from 'openpgp'
import { ByteReader } from './byte-reader.js'
import { boundedConfig, openpgpConfig, toleratedNow } from './openpgp-config.js'
import { type EncryptedBody, readEncrypted } from './read-encrypted.js'
import { gather, readBeginning } from './stream-beginning.js'

/**
 * Decrypts the data of a message in memory, whatever its session keys are. What is in AEAD is decrypted by node:crypto where
 * that can: OCB takes OpenPGP.js half a second for a mebibyte.
 *
 * @param binaryMessage the data, with session keys before it or without
 */
export async function openData(binaryMessage: Uint8Array, sessionKeys: SessionKey[]): Promise<Message<Uint8Array>> {
  const packets = await openAuthenticated(binaryMessage, sessionKeys)
  if (packets) return readSigned(packets)
  const message = await readMessage({ binaryMessage, config: openpgpConfig })
  return message.decrypt(undefined, undefined, sessionKeys, toleratedNow(), boundedConfig())
}

/** The encrypted data of a message in memory. */
export async function readData(binaryMessage: Uint8Array): Promise<{ encrypted: EncryptedBody } & AsyncDisposable> {
  const reader = new ByteReader(once(binaryMessage))
  const { data } = await readBeginning(reader)
  const encrypted = await readEncrypted(data, new ByteReader(data.body))
  return { encrypted, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() }
}

/** OpenPGP.js goes through all chunks, however small they are, although the first one is not authentic. */
const MAX_CHUNKS = 4096

async function openAuthenticated(
  binaryMessage: Uint8Array,
  sessionKeys: readonly SessionKey[],
): Promise<Uint8Array | undefined> {
  await using message = await readData(binaryMessage)
  const { encrypted } = message
  if (encrypted.cipher === undefined) {
    if (binaryMessage.length > MAX_CHUNKS * (encrypted.chunkBytes ?? Number.POSITIVE_INFINITY)) throw decryptionFailed()
    return undefined
  }
  const packets = encrypted.decrypt(sessionKeys)
  return packets && Uint8Array.from(await gather(packets, binaryMessage.length))
}

const { publicKeyEncryptedSessionKey, symEncryptedSessionKey } = enums.packet
const { symmetricallyEncryptedData, symEncryptedIntegrityProtectedData, aeadEncryptedData } = enums.packet
const OF_ENCRYPTION = [
  publicKeyEncryptedSessionKey,
  symEncryptedSessionKey,
  symmetricallyEncryptedData,
  symEncryptedIntegrityProtectedData,
  aeadEncryptedData,
]

/** What OpenPGP.js finds when it decrypts by itself: data, compressed or not, and signatures. */
async function readSigned(binaryMessage: Uint8Array): Promise<Message<Uint8Array>> {
  const message = await readMessage({ binaryMessage, config: boundedConfig() })
  if (message.packets.filterByTag(...OF_ENCRYPTION).length > 0) throw new Error('An encrypted message in another')
  return message
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
