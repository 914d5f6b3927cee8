import { createCipheriv } from 'node:crypto'
import { type Element, invert, multiply, toBlock, toElement } from './gf128.js'

const BLOCK = 16

export interface TwoKeys {
  readonly keys: readonly [Uint8Array, Uint8Array]
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
  /** What each key shall read at the beginning; 16 bytes each. */
  readonly texts: readonly [Uint8Array, Uint8Array]
}

/**
 * One AES-256-GCM ciphertext with one tag that both keys accept ("Fast Message Franking: From Invisible Salamanders to
 * Encryptment", Dodis and others, 2018): GHASH is linear in the ciphertext, so one block is free to make the tags equal.
 * The first block is the first key's text, the second block the second key's, the third makes up for both.
 */
export function twoKeyCiphertext({ keys, nonce, aad, texts }: TwoKeys): Uint8Array {
  const [one, other] = keys.map((key) => expand(key, nonce)) as [Expanded, Expanded]
  const blocks = [
    toElement(texts[0]) ^ (one.keystream[0] ?? 0n),
    toElement(texts[1]) ^ (other.keystream[1] ?? 0n),
  ] as const
  const parts = [...split(aad), ...blocks, 0n, lengths(aad.length, 3 * BLOCK)]
  const difference = tag(one, parts) ^ tag(other, parts)
  // The third block is multiplied by H squared in the tag.
  const third = multiply(difference, invert(square(one.h) ^ square(other.h)))
  const full = tag(one, parts.with(-2, third))
  return Buffer.concat([...blocks, third, full].map(toBlock))
}

interface Expanded {
  /** The key of GHASH. */
  readonly h: Element
  /** What the tag is encrypted with. */
  readonly mask: Element
  readonly keystream: readonly Element[]
}

function expand(key: Uint8Array, nonce: Uint8Array): Expanded {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  const counters = [0, 1, 2, 3].map((_, index) => Buffer.concat([nonce, Uint8Array.of(0, 0, 0, index + 1)]))
  const encrypted = cipher.update(Buffer.concat([Buffer.alloc(BLOCK), ...counters]))
  cipher.final()
  const [h = 0n, mask = 0n, ...keystream] = split(encrypted)
  return { h, mask, keystream }
}

function tag({ h, mask }: Expanded, parts: readonly Element[]): Element {
  return parts.reduce((sum, part) => multiply(sum ^ part, h), 0n) ^ mask
}

function square(element: Element): Element {
  return multiply(element, element)
}

function split(bytes: Uint8Array): Element[] {
  return Array.from({ length: Math.ceil(bytes.length / BLOCK) }, (_, index) =>
    toElement(bytes.subarray(index * BLOCK, (index + 1) * BLOCK)),
  )
}

function lengths(aadBytes: number, ciphertextBytes: number): Element {
  return (BigInt(aadBytes * 8) << 64n) | BigInt(ciphertextBytes * 8)
}
