import { createCipheriv, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { CfbDecryption } from '../src/cfb-decryption.js'
import { PIECE_BYTES } from '../src/piece-bytes.js'

function encrypted(key: Uint8Array, plaintext: Uint8Array): Buffer {
  return createCipheriv(`aes-${key.length * 8}-cfb`, key, Buffer.alloc(16)).update(plaintext)
}

it.each([16, 24, 32])('decrypts what OpenSSL encrypts in CFB mode, with keys of %i bytes', (keyBytes) => {
  const key = randomBytes(keyBytes)
  for (let length = 0; length <= 100; length++) {
    const plaintext = randomBytes(length)
    expect(new CfbDecryption(key).update(encrypted(key, plaintext))).toEqual(plaintext)
  }
})

it('goes on where it stopped', () => {
  const key = randomBytes(32)
  const plaintext = randomBytes(3 * PIECE_BYTES + 5)
  const ciphertext = encrypted(key, plaintext)
  for (const size of [16, 48, 65_536, PIECE_BYTES]) {
    const decryption = new CfbDecryption(key)
    const pieces: Buffer[] = []
    const end = size === 16 ? 1000 : ciphertext.length
    for (let at = 0; at < end; at += size)
      pieces.push(decryption.update(ciphertext.subarray(at, Math.min(end, at + size))))
    expect(Buffer.concat(pieces).equals(plaintext.subarray(0, end))).toBe(true)
  }
})

it('decrypts what lies anywhere in memory', () => {
  const key = randomBytes(32)
  const plaintext = randomBytes(333)
  const memory = Buffer.concat([Buffer.alloc(3), encrypted(key, plaintext)])
  expect(new CfbDecryption(key).update(memory.subarray(3))).toEqual(plaintext)
})
