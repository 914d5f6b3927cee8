import { createCipheriv } from 'node:crypto'
import { giveBack } from '@parasol/core'
import { expect, it } from 'vitest'

it('leaves nothing of what node:crypto made', () => {
  const made = createCipheriv('aes-256-gcm', new Uint8Array(32), new Uint8Array(12)).update(new Uint8Array(65_536))
  giveBack(made)
  expect(made.length).toBe(0)
  expect(made.buffer.byteLength).toBe(0)
})

it('does so again and again', () => {
  for (let turn = 0; turn < 100; turn++) {
    const bytes = new Uint8Array(20_000)
    giveBack(bytes)
    expect(bytes.length).toBe(0)
  }
})

it('takes no memory of which somebody else may have a part', () => {
  const bytes = new Uint8Array(40_000)
  giveBack(bytes.subarray(0, 20_000))
  expect(bytes.length).toBe(40_000)
})

it('leaves what is small to the garbage collector', () => {
  const bytes = Uint8Array.of(1, 2, 3)
  giveBack(bytes)
  expect([...bytes]).toEqual([1, 2, 3])
})
