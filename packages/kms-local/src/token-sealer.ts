import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals what the service hands out to have it back: nothing has to be kept of it, and nobody else can make or read it. */
export class TokenSealer {
  readonly #key: Uint8Array

  /** @param key 32 bytes, which its owner zeroes */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** AES-256-GCM as base64; the AAD is the purpose, so that a token of one purpose is none of another. */
  seal(purpose: string, content: Uint8Array): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.from(purpose))
    return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64')
  }

  /** The content, which the caller zeroes; undefined if it was not sealed here for this purpose. */
  open(purpose: string, token: string): Buffer | undefined {
    const bytes = Buffer.from(token, 'base64')
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
    const nonce = bytes.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG_BYTES))
    const content = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
    try {
      decipher.final()
      return content
    } catch {
      content.fill(0)
      return undefined
    }
  }
}
