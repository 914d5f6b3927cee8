import { expect, it } from 'vitest'
import { DecryptionIds } from '../src/decryption-ids.js'

const phone = Object.freeze({ purpose: 'phone' })
const mail = Object.freeze({ purpose: 'mail' })

it('knows a list again by its bytes, wherever they are', () => {
  const ids = new DecryptionIds()
  expect(ids.of(Uint8Array.of(9, 1, 2).subarray(1), phone)).toBe(ids.of(Uint8Array.of(1, 2), { ...phone }))
})

it('tells lists and contexts apart, whichever came before', () => {
  const ids = new DecryptionIds()
  const lists = [[1, 2], [1, 3], [1], [1, 2, 3], [1, 255]].map((list) => Uint8Array.from(list))
  const asked = lists.flatMap((list) => [ids.of(list, phone), ids.of(list, mail)])
  expect(new Set(asked).size).toBe(10)
  expect(lists.flatMap((list) => [ids.of(list, phone), ids.of(list, mail)])).toEqual(asked)
})

it('does not take a list for the last one whose bytes its owner has changed since', () => {
  const ids = new DecryptionIds()
  const list = Uint8Array.of(1, 2)
  const before = ids.of(list, phone)
  list[1] = 3
  expect(ids.of(list, phone)).not.toBe(before)
  expect(ids.of(Uint8Array.of(1, 2), phone)).toBe(before)
})
