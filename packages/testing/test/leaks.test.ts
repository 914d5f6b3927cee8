import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { assertShowsNothingOf } from '../src/leaks.js'

const secret = fc.uint8Array({ minLength: 14, maxLength: 60 })
const padding = fc.uint8Array({ maxLength: 5 })

/** Ways in which errors have been seen to show what they should not. */
const leaks: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  'hex in the message': (bytes) => new Error(`Cannot read ${bytes.toString('hex')}`),
  'upper-case hex in the message': (bytes) => new Error(bytes.toString('hex').toUpperCase()),
  'base64 in the message': (bytes) => new Error(bytes.toString('base64')),
  'base64url in the name': (bytes) => Object.assign(new Error('Failed'), { name: bytes.toString('base64url') }),
  'base64 in the query of a URL': (bytes) => new Error(`?Plaintext=${encodeURIComponent(bytes.toString('base64'))}`),
  'numbers in the message': (bytes) => new Error(`${Uint8Array.from(bytes)}`),
  'a byte array in a property': (bytes) => Object.assign(new Error('Failed'), { data: Uint8Array.from(bytes) }),
  'a Buffer in a nested property': (bytes) => Object.assign(new Error('Failed'), { request: { body: { bytes } } }),
  'hex in the cause of a cause': (bytes) =>
    new Error('Failed', { cause: new Error('Failed', { cause: new Error(bytes.toString('hex')) }) }),
  'base64 in one of many errors': (bytes) => new AggregateError([new Error(bytes.toString('base64'))], 'Failed'),
  'hex in a property that is not enumerable': (bytes) =>
    Object.defineProperty(new Error('Failed'), 'raw', { value: bytes.toString('hex'), enumerable: false }),
  'a printed Buffer in the message': (bytes) => new Error(inspect(bytes)),
  'something thrown that is not an error': (bytes) => bytes.toString('hex'),
}

for (const [what, leak] of Object.entries(leaks)) {
  it(`finds a secret that is shown as ${what}`, () => {
    fc.assert(
      fc.property(padding, secret, padding, (before, bytes, after) => {
        const error = leak(Buffer.concat([before, bytes, after]))
        expect(() => assertShowsNothingOf([bytes], error)).toThrow('shows what it must not')
      }),
    )
  })
}

it('finds text that is shown as it is, or in part', () => {
  const text = Buffer.from('住址：北京市朝阳区建国路八十八号')
  expect(() => assertShowsNothingOf([text], new Error(`No such place: ${text}`))).toThrow('UTF-8')
  expect(() => assertShowsNothingOf([text], new Error(`No such place: ${text.subarray(0, 15)}…`))).toThrow('UTF-8')
})

it('finds nothing in an error that shows lengths only', () => {
  fc.assert(
    fc.property(secret, (bytes) => {
      assertShowsNothingOf([bytes], new Error(`Plaintext of ${bytes.length} bytes`, { cause: new Error('Failed') }))
    }),
  )
})
