import { enums, readMessage, type SessionKey } from 'openpgp'
import { areAccepted } from './accept-signatures.js'
import type { OpenPolicy } from './open-message.js'
import { openpgpConfig } from './openpgp-config.js'
import { BEGINNING_BYTES, looksRight, unprotect } from './protected-data.js'
import { readSignedPackets } from './signed-packets.js'

/**
 * Whether the data was decrypted and authenticated, and bytes stand after the end of its compressed stream. Sequoia writes
 * such messages; from Node 24 on what OpenPGP.js decompresses with refuses them, as it demands that nothing follows.
 */
export function isOverlong(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown }
  return code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END' || (cause !== undefined && isOverlong(cause))
}

/** Reads a message of version 1 as a stream is read, but for keeping the plaintext in memory. */
export async function openCompressed(
  binaryMessage: Uint8Array,
  sessionKeys: readonly SessionKey[],
  policy: OpenPolicy,
): Promise<Uint8Array | undefined> {
  const { packets } = await readMessage({ binaryMessage, config: openpgpConfig })
  const { version, encrypted: parts } = packets.findPacket(SEIPD) as unknown as ProtectedPacket
  const encrypted = Buffer.concat(Array.isArray(parts) ? parts : [parts])
  const found = sessionKeys.find(
    ({ algorithm, data }) =>
      algorithm === `aes${data.length * 8}` && looksRight(data, encrypted.subarray(0, BEGINNING_BYTES)),
  )
  if (version !== 1 || !found) return undefined
  const signed = readSignedPackets(unprotect(found.data, once(encrypted)))
  const pieces: Uint8Array[] = []
  for (let room = openpgpConfig.maxDecompressedMessageSize; ; ) {
    const { done, value } = await signed.next()
    if (done) return (await areAccepted(value, policy)) ? Buffer.concat(pieces) : undefined
    room -= value.length
    if (room < 0) throw new Error('Longer than a message may be that is not a stream')
    pieces.push(Uint8Array.from(value))
  }
}

const SEIPD = enums.packet.symEncryptedIntegrityProtectedData

/** What the types of OpenPGP.js do not tell of encrypted data. */
interface ProtectedPacket {
  readonly version: number
  /** One, or the parts of it. */
  readonly encrypted: Uint8Array | Uint8Array[]
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
