import { decodeBase64url } from '@parasol/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'

const target = Buffer.alloc(600)

it('writes what canonical base64url stands for, where it is told to', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, offset) => {
      const length = decodeBase64url(Buffer.from(bytes).toString('base64url'), target, offset)
      expect(length).toBe(bytes.length)
      expect(Buffer.compare(target.subarray(offset, offset + bytes.length), bytes)).toBe(0)
    }),
  )
})

it('refuses every character that is not of the alphabet, wherever it stands', () => {
  const text = Buffer.alloc(69, 'a').toString('base64url')
  for (let code = 0; code < 0x10000; code += code < 1024 ? 1 : 61) {
    const character = String.fromCharCode(code)
    if (/[A-Za-z0-9_-]/.test(character)) continue
    for (const at of [0, 1, 31, 90, 91]) {
      const changed = text.slice(0, at) + character + text.slice(at + 1)
      expect(decodeBase64url(changed, target, 0), `U+${code.toString(16)} at ${at}`).toBeUndefined()
    }
  }
})

it('refuses all that is no encoding of any bytes', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.stringMatching(/^[A-Za-z0-9_+/= -]{1,40}$/),
    fc.stringMatching(/^[A-Za-z0-9_-]{1,9}$/),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text
      expect(decodeBase64url(text, target, 0) !== undefined).toBe(isCanonical)
    }),
    { numRuns: 1000 },
  )
})

it('refuses what the target has no room for', () => {
  const text = Buffer.alloc(100).toString('base64url')
  expect(decodeBase64url(text, Buffer.alloc(100), 0)).toBe(100)
  expect(decodeBase64url(text, Buffer.alloc(100), 1)).toBeUndefined()
  expect(decodeBase64url(text, Buffer.alloc(99), 0)).toBeUndefined()
})
