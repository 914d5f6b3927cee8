import { formatToken, isSchemeName, parseToken } from '@parasol/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'

it('is enc1, the scheme and base64url, joined by dots', () => {
  expect(formatToken('envelope', new Uint8Array([251, 255, 190]))).toBe('enc1.envelope.-_--')
})

it('parses back to what it was made from', () => {
  const schemes = fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/)
  fc.assert(
    fc.property(schemes, fc.uint8Array({ minLength: 1 }), (scheme, bytes) => {
      const parsed = parseToken(formatToken(scheme, bytes))
      expect(parsed.scheme).toBe(scheme)
      expect([...parsed.ciphertext]).toEqual([...bytes])
    }),
  )
})

it('formats a view without the bytes around it', () => {
  const bytes = new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 4)
  expect([...parseToken(formatToken('x', bytes)).ciphertext]).toEqual([2, 3, 4])
})

it.each([
  '',
  'enc1',
  'enc1.envelope',
  'enc1.envelope.',
  'enc2.envelope.AAAA',
  'enc1.Envelope.AAAA',
  'enc1.envelope.AAAA.AAAA',
  'enc1.envelope.AAA=',
  'enc1.envelope.AA+/',
  'enc1.envelope.A',
  'enc1.envelope.AB',
  ' enc1.envelope.AAAA',
  'enc1.envelope.AAAA\n',
  `enc1.${'a'.repeat(33)}.AAAA`,
])('refuses %j as a token', (text) => {
  expect(() => parseToken(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})

it('takes, of all texts for the same bytes, the one that it would write', () => {
  const texts = fc.stringMatching(/^[A-Za-z0-9_-]{1,9}$/)
  fc.assert(
    fc.property(texts, (text) => {
      const canonical = Buffer.from(text, 'base64url').toString('base64url') === text
      const parse = () => parseToken(`enc1.x.${text}`)
      if (canonical) expect(Buffer.from(parse().ciphertext).toString('base64url')).toBe(text)
      else expect(parse).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    }),
  )
})

it('takes sixteen characters last where two bits are unused, and four where four are', () => {
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
  expect(alphabet.filter((last) => isToken(`enc1.x.AA${last}`)).join('')).toBe('AEIMQUYcgkosw048')
  expect(alphabet.filter((last) => isToken(`enc1.x.A${last}`)).join('')).toBe('AQgw')
  expect(alphabet.filter((last) => isToken(`enc1.x.${last}`))).toEqual([])
})

it('refuses what is not a string', () => {
  expect(() => parseToken(7 as unknown as string)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})

it('never repeats the text that it refuses', () => {
  expect(() => parseToken('13800138000')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('13800138000') }),
  )
})

it('knows which names a scheme can have', () => {
  expect(['envelope', 'kms-direct', 'a1'].every(isSchemeName)).toBe(true)
  expect(['', '1a', 'A', 'a.b', 'a_b', 'a'.repeat(33)].some(isSchemeName)).toBe(false)
})

function isToken(text: string): boolean {
  try {
    parseToken(text)
    return true
  } catch {
    return false
  }
}
