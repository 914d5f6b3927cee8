import type { SessionKey } from 'openpgp'
import { areAccepted } from './accept-signatures.js'
import { readData } from './open-data.js'
import type { OpenPolicy } from './open-message.js'
import { openpgpConfig } from './openpgp-config.js'
import { readSignedPackets } from './signed-packets.js'

/**
 * Whether the data was decrypted and authenticated, and bytes stand after the end of its compressed stream. Sequoia writes
 * such messages; from Node 24 on what OpenPGP.js decompresses with refuses them, as it demands that nothing follows.
 */
export function isOverlong(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown }
  return code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END' || (cause !== undefined && isOverlong(cause))
}

/** Reads a message as a stream is read, but for keeping the plaintext in memory. */
export async function openCompressed(
  binaryMessage: Uint8Array,
  sessionKeys: readonly SessionKey[],
  policy: OpenPolicy,
): Promise<Uint8Array | undefined> {
  await using message = await readData(binaryMessage)
  const packets = message.encrypted.decrypt(sessionKeys)
  const signed = packets && readSignedPackets(packets)
  const pieces: Uint8Array[] = []
  for (let room = openpgpConfig.maxDecompressedMessageSize; signed; ) {
    const { done, value } = await signed.next()
    if (done) return (await areAccepted(value, policy)) ? Buffer.concat(pieces) : undefined
    room -= value.length
    if (room < 0) throw new Error('Longer than a message may be that is not a stream')
    pieces.push(Uint8Array.from(value))
  }
  return undefined
}
