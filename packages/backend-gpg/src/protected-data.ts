import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { decryptionFailed, giveBack } from '@parasol/core'
import { CfbDecryption } from './cfb-decryption.js'
import { HeldBack, inSlices } from './held-back.js'

// Encrypted data with a modification detection code: RFC 9580, sections 5.13.1 and 13.9.
const BLOCK_BYTES = 16
const PREFIX_BYTES = BLOCK_BYTES + 2
const MDC_HEADER = Uint8Array.of(0xd3, 0x14)
const MDC_BYTES = 22
const VERSION = 1

/** What every byte of packets becomes in such a packet's body; each piece is valid until the next one is asked for. */
export async function* protect(sessionKey: Uint8Array, packets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv('aes-256-cfb', sessionKey, Buffer.alloc(BLOCK_BYTES))
  const hash = createHash('sha1')
  const random = randomBytes(BLOCK_BYTES)
  const prefix = Buffer.concat([random, random.subarray(BLOCK_BYTES - 2)])
  hash.update(prefix)
  yield Buffer.concat([Uint8Array.of(VERSION), cipher.update(prefix)])
  for await (const piece of packets) {
    hash.update(piece)
    const encrypted = cipher.update(piece)
    yield encrypted
    giveBack(encrypted)
  }
  const mdc = hash.update(MDC_HEADER).digest()
  yield Buffer.concat([cipher.update(MDC_HEADER), cipher.update(mdc), cipher.final()])
}

/**
 * The packets in such a body, after its version, in pieces that are valid until the next one is asked for. They are NOT
 * authenticated before the last of them was read.
 */
export async function* unprotect(sessionKey: Uint8Array, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const cipher = new CfbDecryption(sessionKey)
  const hash = createHash('sha1')
  const encrypted = new HeldBack(MDC_BYTES, BLOCK_BYTES)
  let skip = PREFIX_BYTES
  const begin = (plain: Uint8Array): Uint8Array => {
    const packets = plain.subarray(skip)
    skip -= plain.length - packets.length
    return packets
  }
  for await (const slice of inSlices(body)) {
    const plain = cipher.update(encrypted.add(slice))
    hash.update(plain)
    const packets = begin(plain)
    if (packets.length > 0) yield packets
    plain.fill(0)
    giveBack(plain)
  }
  const end = cipher.update(encrypted.end())
  const last = end.subarray(0, Math.max(0, end.length - MDC_BYTES))
  const mdc = hash.update(last).update(MDC_HEADER).digest()
  const packets = begin(last)
  if (packets.length > 0) yield packets
  if (skip > 0 || !isSame(end.subarray(last.length), Buffer.concat([MDC_HEADER, mdc]))) throw decryptionFailed()
}

function isSame(found: Uint8Array, expected: Uint8Array): boolean {
  return found.length === expected.length && timingSafeEqual(found, expected)
}

/** Whether the first bytes after the version begin with a prefix and a packet, as with a wrong key they seldom do. */
export function looksRight(sessionKey: Uint8Array, beginning: Uint8Array): boolean {
  const cipher = createDecipheriv(`aes-${sessionKey.length * 8}-cfb`, sessionKey, Buffer.alloc(BLOCK_BYTES))
  const plain = cipher.update(beginning)
  const repeated = plain.subarray(BLOCK_BYTES - 2, BLOCK_BYTES).equals(plain.subarray(BLOCK_BYTES, PREFIX_BYTES))
  return repeated && ((plain[PREFIX_BYTES] ?? 0) & 0x80) !== 0
}

/** How many bytes `looksRight` needs. */
export const BEGINNING_BYTES = PREFIX_BYTES + 1
