import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeForm } from '../src/form-body.js'

it('writes a form that every reader of forms reads back', () => {
  const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 100 }))
  const parameters = fc.dictionary(fc.stringMatching(/^[A-Za-z]{1,20}$/), value, { maxKeys: 5, noNullPrototype: true })
  fc.assert(
    fc.property(parameters, (given) => {
      const read = Object.fromEntries(new URLSearchParams(Buffer.from(encodeForm(given)).toString('latin1')))
      const expected = Object.entries(given).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : Buffer.from(value).toString('base64'),
      ])
      expect(read).toEqual(Object.fromEntries(expected))
    }),
  )
})

it('writes a form in memory of its own, to be zeroed', () => {
  const form = encodeForm({ Plaintext: new Uint8Array(8).fill(0xff) })
  expect(Buffer.from(form).toString()).toBe('Plaintext=%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F8%3D')
  expect(form.buffer.byteLength).toBe(form.length)
})
