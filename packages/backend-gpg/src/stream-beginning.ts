import { decryptionFailed } from '@parasol/core'
import { enums } from 'openpgp'
import type { ByteReader } from './byte-reader.js'
import { MAX_BEFORE_DATA } from './encrypted-message.js'
import { nextPacket, type StreamedPacket } from './packet-stream.js'

/** The beginning of a message, up to the encrypted data. */
export interface StreamBeginning {
  readonly preamble: Uint8Array
  readonly data: StreamedPacket
}

/** RSA of 16384 bits fits. */
const MAX_SESSION_KEY_BYTES = 4096
const DATA_TAGS: ReadonlySet<number> = new Set([
  enums.packet.symEncryptedIntegrityProtectedData,
  enums.packet.aeadEncryptedData,
])

/** @throws CryptoError DECRYPTION_FAILED */
export async function readBeginning(reader: ByteReader): Promise<StreamBeginning> {
  const counts = new Map<number, number>()
  const before: Uint8Array[] = []
  for (;;) {
    const packet = await nextPacket(reader)
    if (!packet) throw decryptionFailed()
    if (DATA_TAGS.has(packet.tag)) return { preamble: Buffer.concat(before), data: packet }
    counts.set(packet.tag, (counts.get(packet.tag) ?? 0) + 1)
    requireWithinLimits(packet, counts.get(packet.tag) ?? 0)
    before.push(Uint8Array.from(packet.header), await gather(packet.body))
  }
}

export async function gather(body: AsyncIterable<Uint8Array>, limit = MAX_SESSION_KEY_BYTES): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let total = 0
  for await (const piece of body) {
    total += piece.length
    if (total > limit) throw decryptionFailed()
    pieces.push(Uint8Array.from(piece))
  }
  return Buffer.concat(pieces)
}

function requireWithinLimits({ tag, length }: StreamedPacket, count: number): void {
  if (length === undefined || length > MAX_SESSION_KEY_BYTES || count > (MAX_BEFORE_DATA.get(tag) ?? 0)) {
    throw decryptionFailed()
  }
}
