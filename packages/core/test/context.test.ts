import { type EncryptionContext, encodeContext, MAX_CONTEXT_BYTES, requireEmptyContext } from '@parasol/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', '￿', '😀', '\ue000', 'é') }),
)
const contexts = fc.dictionary(
  text.filter((key) => key !== ''),
  text,
  {
    maxKeys: 5,
  },
)
const encode = (context: EncryptionContext) => Buffer.from(encodeContext(context)).toString('hex')

it('encodes as drawn: a count, then lengths and bytes in the order of the keys', () => {
  expect(encode({ b: '2', a: '10' })).toBe('00000002' + '0000000161' + '000000023130' + '0000000162' + '0000000132')
  expect(encode({})).toBe('00000000')
})

it('does not depend on the order in which the facts are written', () => {
  expect(encode({ table: 'users', row: '7' })).toBe(encode({ row: '7', table: 'users' }))
})

it('sorts keys by their UTF-8 bytes and not by a locale', () => {
  const keys = ['é', 'z', '中', '😀', 'Z', '￿']
  const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const context = (order: string[]) => Object.fromEntries(order.map((key) => [key, '']))
  expect(encode(context(keys))).toBe(encode(context(sorted)))
  expect(encode(context(keys)).indexOf(Buffer.from('￿').toString('hex'))).toBeLessThan(
    encode(context(keys)).indexOf(Buffer.from('😀').toString('hex')),
  )
})

it('gives different bytes to facts that look alike when written one after the other', () => {
  const alike = [{ a: 'bc' }, { ab: 'c' }, { a: '1&b=2' }, { a: '1', b: '2' }, { a: '1,b:2' }, { 'a=1': 'b=2' }]
  expect(new Set(alike.map(encode)).size).toBe(alike.length)
})

it('agrees with the drawing for every context', () => {
  const uint32 = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])
  const framed = (text: string) => Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)])
  fc.assert(
    fc.property(contexts, (context) => {
      const entries = Object.entries(context).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      const parts = entries.flatMap(([key, value]) => [framed(key), framed(value)])
      expect(encode(context)).toBe(Buffer.concat([uint32(entries.length), ...parts]).toString('hex'))
    }),
  )
})

it('gives equal bytes to equal contexts and to no others', () => {
  fc.assert(
    fc.property(contexts, contexts, (left, right) => {
      const equal = JSON.stringify(Object.entries(left).sort()) === JSON.stringify(Object.entries(right).sort())
      expect(encode(left) === encode(right)).toBe(equal)
    }),
  )
})

it('binds names that an object inherits, such as constructor and __proto__', () => {
  const proto = JSON.parse('{"__proto__":"x"}')
  expect(encode(proto)).not.toBe(encode({}))
  expect(encode({ constructor: 'x' })).not.toBe(encode({}))
})

it.each([
  ['a number', { row: 7 }, 'key "row" holds a number'],
  ['null', { row: null }, 'key "row" holds a object'],
  ['an empty key', { '': 'x' }, 'empty key'],
  ['half a surrogate pair as a value', { row: '\ud800' }, 'key "row" holds a string that is not well-formed'],
  ['half a surrogate pair as a key', { '\ud800': 'x' }, 'a key that is not well-formed'],
  ['an array', ['x'], 'must be an object'],
  ['a Map', new Map([['row', '7']]), 'must be an object'],
  ['nothing', undefined, 'must be an object'],
])('refuses %s', (_name, context, message) => {
  expect(() => encodeContext(context as unknown as EncryptionContext)).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(message) }),
  )
})

it('takes 8,192 encoded bytes and not one more', () => {
  const room = MAX_CONTEXT_BYTES - 4 - 4 - 1 - 4
  expect(encodeContext({ k: 'v'.repeat(room) })).toHaveLength(MAX_CONTEXT_BYTES)
  expect(() => encodeContext({ k: 'v'.repeat(room + 1) })).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('longer than 8192') }),
  )
})

it('never repeats a value in its errors', () => {
  expect(() => encodeContext({ phone: '13800138000\ud800' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('13800138000') }),
  )
})

it('lets a scheme that cannot bind a context insist on an empty one', () => {
  expect(() => requireEmptyContext({}, 'gpg')).not.toThrow()
  expect(() => requireEmptyContext({ row: '7' }, 'gpg')).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('scheme "gpg" cannot bind it') }),
  )
})
