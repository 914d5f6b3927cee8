import type { StreamOptions } from '@parasol/core'
import { type AnyPacket, enums } from 'openpgp'
import { authenticate } from './authenticated-data.js'
import { MessageHashes } from './message-hashes.js'
import { packetHeader } from './packet-frame.js'
import { protect } from './protected-data.js'
import type { Signing } from './signing.js'
import { type Envelope, openEnvelope } from './write-message.js'
import { writePacket } from './write-packet.js'

/** Writes a message as `writeMessage` does, of any length in constant memory: its data comes in parts of 64 KiB. */
export async function* writeMessageStream(
  plaintext: AsyncIterable<Uint8Array>,
  envelope: Envelope,
  { reuseMemory = false }: StreamOptions = {},
): AsyncGenerator<Uint8Array> {
  const { sessionKey, suite, preamble, signings } = await openEnvelope(envelope)
  const signed = signedPackets(plaintext, signings)
  const packets = suite ? authenticate(sessionKey.data, suite, signed) : protect(sessionKey.data, signed)
  // Not before the plaintext has begun: whoever leaves then closes it.
  let before = preamble
  for await (const piece of writePacket(enums.packet.symEncryptedIntegrityProtectedData, packets, reuseMemory)) {
    yield before.length > 0 ? Buffer.concat([before, piece]) : piece
    before = new Uint8Array(0)
  }
}

async function* signedPackets(
  plaintext: AsyncIterable<Uint8Array>,
  signings: readonly Signing[],
): AsyncGenerator<Uint8Array> {
  const hashes = new MessageHashes()
  for (const { onePass, hashedAs } of signings) {
    hashes.announce(hashedAs)
    yield wholePacket(enums.packet.onePassSignature, onePass)
  }
  yield* writePacket(enums.packet.literalData, literalBody(plaintext, hashes), true)
  for (const signing of signings.toReversed()) {
    yield wholePacket(enums.packet.signature, await signing.signDigest(hashes))
  }
}

/** Binary, without a name and a date: neither would be signed. */
const LITERAL_HEADER = Buffer.from('b\0\0\0\0\0')

async function* literalBody(plaintext: AsyncIterable<Uint8Array>, hashes: MessageHashes): AsyncGenerator<Uint8Array> {
  yield LITERAL_HEADER
  for await (const piece of plaintext) {
    hashes.update(piece)
    yield piece
  }
}

function wholePacket(tag: number, packet: AnyPacket): Uint8Array {
  const body = packet.write() as Uint8Array
  return Buffer.concat([packetHeader(tag, body.length), body])
}
