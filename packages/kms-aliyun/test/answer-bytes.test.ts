import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseAnswer } from '../src/answer-bytes.js'

const KEY = 'c2VjcmV0IGtleSBvZiB0aGlydHktdHdvIGJ5dGVzIQ=='
const parse = (text: string) => parseAnswer(Buffer.from(text))
const plaintextOf = (text: string): string | undefined => {
  const { plaintext } = parse(text) ?? {}
  return plaintext && Buffer.from(plaintext).toString('latin1')
}

it('gives the plaintext as bytes, and asterisks in its place among the fields', () => {
  const answer = parse(`{"KeyId":"k", "Plaintext" : "${KEY}","RequestId":"R"}`)
  expect(Buffer.from(answer?.plaintext ?? []).toString()).toBe(KEY)
  expect(answer?.fields).toEqual({ KeyId: 'k', Plaintext: '*'.repeat(KEY.length), RequestId: 'R' })
})

it.each([
  '{}',
  '{"Code":"InvalidParameter","Message":"The \\"Plaintext\\": \\"x\\" is wrong 错误 \\\\"}',
  '{"KeyId":"Plaintext","Next":"k"}',
  '{"Plaintext":7}',
  '{"Plaintext":null,"KeyId":"k"}',
  '{"Plaintext":["a"]}',
])('reads %s as JSON.parse does, without a plaintext', (text) => {
  expect(parse(text)).toEqual({ fields: JSON.parse(text), plaintext: undefined })
})

it.each([
  ['a slash', 'QQ\\/\\/', 'QQ//'],
  ['an equals sign', 'QUI\\u003d', 'QUI='],
  ['a plus in capitals', '\\u002BQUI', '+QUI'],
  ['a letter', '\\u0051QUI', 'QQUI'],
])('reads a plaintext with %s escaped', (_name, escaped, plain) => {
  expect(plaintextOf(`{"Plaintext":"${escaped}"}`)).toBe(plain)
})

it.each(['QUI\\n', '\\"QUI', 'Q\\u0100I=', '\\\\QUI'])('makes no base64 of the escapes of %s', (escaped) => {
  expect(plaintextOf(`{"Plaintext":"${escaped}"}`)).not.toMatch(/^[A-Za-z0-9+/=]*$/)
})

it.each([
  ['nothing', ''],
  ['a list', '[]'],
  ['null', 'null'],
  ['text', '"Plaintext"'],
  ['HTML', '<html class="Plaintext">'],
  ['two plaintexts', '{"Plaintext":"QUI=","Plaintext":"QUM="}'],
  ['a plaintext in a plaintext', '{"Plaintext":{"Plaintext":"QUI="}}'],
  ['a plaintext below another field', '{"Data":{"Plaintext":"QUI="}}'],
  ['a plaintext whose name is escaped', '{"Plaintext":"QUI=","Plain\\u0074ext":"QUM="}'],
  ['more after its end', '{"Plaintext":"QUI="}}'],
  ['bytes that are not UTF-8', Buffer.from('{"KeyId":"\xff"}', 'latin1').toString('latin1')],
])('takes %s for no answer', (name, text) => {
  expect(name.includes('UTF-8') ? parseAnswer(Buffer.from(text, 'latin1')) : parse(text)).toBeUndefined()
})

it('takes an answer that was cut off anywhere for none', () => {
  const text = `{"CiphertextBlob":"QUI=","Plaintext":"${KEY}","KeyId":"a \\" b"}`
  for (let length = 0; length < text.length; length++) expect(parse(text.slice(0, length))).toBeUndefined()
  expect(plaintextOf(text)).toBe(KEY)
})

it('zeroes what it was given, whether it is an answer or not', () => {
  for (const text of [`{"Plaintext":"${KEY}"}`, `{"Plaintext":"${KEY}`, KEY]) {
    const bytes = Buffer.from(text)
    parseAnswer(bytes)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  }
})

it('agrees with JSON.parse on any object', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true })
  fc.assert(
    fc.property(object, fc.base64String(), (fields, Plaintext) => {
      const text = JSON.stringify({ ...fields, Plaintext })
      const answer = parse(text)
      expect(Buffer.from(answer?.plaintext ?? []).toString()).toBe(Plaintext)
      expect({ ...answer?.fields, Plaintext }).toEqual(JSON.parse(text))
    }),
  )
})
