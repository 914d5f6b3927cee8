import { type Cipher, createCipheriv } from 'node:crypto'
import { PIECE_BYTES } from './piece-bytes.js'

const BLOCK_BYTES = 16

/**
 * AES in CFB mode with zeros in front, as OpenPGP has it. When decrypting, all blocks can be worked on at once, and OpenSSL
 * 3.0 takes them one by one, for three times the time: so it is given the blocks alone, and their XOR is done here.
 */
export class CfbDecryption {
  readonly #blocks: Cipher
  /** The ciphertext block before, and then the ciphertext. */
  readonly #memory = Buffer.alloc(BLOCK_BYTES + PIECE_BYTES + BLOCK_BYTES)

  constructor(key: Uint8Array) {
    this.#blocks = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false)
  }

  /** @param ciphertext whole blocks, but for the last call; a piece at most */
  update(ciphertext: Uint8Array): Buffer {
    const whole = Math.ceil(ciphertext.length / BLOCK_BYTES) * BLOCK_BYTES
    this.#memory.set(ciphertext, BLOCK_BYTES)
    const plaintext = this.#blocks.update(this.#memory.subarray(0, whole)).subarray(0, ciphertext.length)
    xor(plaintext, this.#memory.subarray(BLOCK_BYTES, BLOCK_BYTES + ciphertext.length))
    this.#memory.copyWithin(0, whole, whole + BLOCK_BYTES)
    return plaintext
  }
}

function xor(target: Uint8Array, mask: Uint8Array): void {
  const words = Math.floor(target.length / 16) * 4
  xorWords(asWords(target, words), asWords(mask, words))
  for (let at = words * 4; at < target.length; at++) target[at] = (target[at] ?? 0) ^ (mask[at] ?? 0)
}

function asWords({ buffer, byteOffset }: Uint8Array, length: number): Int32Array {
  return new Int32Array(buffer, byteOffset, length)
}

/** Four at a time take half the time of one by one. */
function xorWords(target: Int32Array, mask: Int32Array): void {
  for (let at = 0; at < target.length; at += 4) {
    target[at] = (target[at] as number) ^ (mask[at] as number)
    target[at + 1] = (target[at + 1] as number) ^ (mask[at + 1] as number)
    target[at + 2] = (target[at + 2] as number) ^ (mask[at + 2] as number)
    target[at + 3] = (target[at + 3] as number) ^ (mask[at + 3] as number)
  }
}
