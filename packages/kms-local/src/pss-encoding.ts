import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const HASH_BYTES = 32
/** As long as the hash, as RFC 8017 recommends and the cloud does. */
const SALT_BYTES = HASH_BYTES
const TRAILER = 0xbc

/**
 * EMSA-PSS of RFC 8017, section 9.1, with SHA-256 and MGF1 with SHA-256, over a digest that somebody else made:
 * node:crypto's RSA-PSS takes messages only.
 */
export function encodePss(digest: Uint8Array, modulusBits: number, salt: Uint8Array = randomBytes(SALT_BYTES)): Buffer {
  const bits = modulusBits - 1
  const length = Math.ceil(bits / 8)
  const hash = sha256(new Uint8Array(8), digest, salt)
  const block = Buffer.alloc(length - HASH_BYTES - 1)
  block[block.length - salt.length - 1] = 1
  block.set(salt, block.length - salt.length)
  const masked = xor(block, mgf1(hash, block.length))
  clearTopBits(masked, 8 * length - bits)
  return Buffer.concat([masked, hash, Buffer.of(TRAILER)])
}

/** Whether an encoded message is that of this digest: its salt is taken out and all of it is made anew. */
export function verifyPss(encoded: Uint8Array, digest: Uint8Array, modulusBits: number): boolean {
  const length = Math.ceil((modulusBits - 1) / 8)
  if (encoded.length !== length) return false
  const masked = encoded.subarray(0, length - HASH_BYTES - 1)
  const hash = encoded.subarray(length - HASH_BYTES - 1, -1)
  const salt = xor(masked, mgf1(hash, masked.length)).subarray(-SALT_BYTES)
  return timingSafeEqual(encoded, encodePss(digest, modulusBits, salt))
}

function mgf1(seed: Uint8Array, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / HASH_BYTES) }, (_, index) => {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(index)
    return sha256(seed, counter)
  })
  return Buffer.concat(blocks).subarray(0, length)
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)))
}

function clearTopBits(bytes: Buffer, count: number): void {
  bytes[0] = (bytes[0] ?? 0) & (0xff >> count)
}
