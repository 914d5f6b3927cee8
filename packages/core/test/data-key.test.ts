import { inspect } from 'node:util'
import { DataKey } from '@parasol/core'
import { expect, it } from 'vitest'

it('zeroes the plaintext key at the end of its scope', () => {
  let plaintext: Uint8Array
  {
    using key = new DataKey(new Uint8Array([9]), new Uint8Array([1, 2, 3]))
    plaintext = key.plaintext
    expect([...plaintext]).toEqual([1, 2, 3])
  }
  expect([...plaintext]).toEqual([0, 0, 0])
})

it('takes the key over and zeroes the bytes that it was given', () => {
  const given = new Uint8Array([1, 2, 3])
  using key = new DataKey(new Uint8Array([9]), given)
  expect([...given]).toEqual([0, 0, 0])
  expect([...key.plaintext]).toEqual([1, 2, 3])
})

it('refuses to be used after it was destroyed', () => {
  const key = new DataKey(new Uint8Array([9]), new Uint8Array([1]))
  key[Symbol.dispose]()
  expect(() => key.plaintext).toThrow(expect.objectContaining({ code: 'CLOSED' }))
})

it('never prints or serialises the key', () => {
  using key = new DataKey(new Uint8Array([9]), new Uint8Array([65, 66, 67]))
  expect(inspect({ key }, { depth: 9, showHidden: true })).toBe('{ key: [DataKey] }')
  expect(JSON.stringify({ key })).toBe('{"key":"[DataKey]"}')
})
