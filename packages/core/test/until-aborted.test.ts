import { getEventListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { CryptoError, untilAborted } from '@parasol/core'
import { expect, it } from 'vitest'

const CHUNK = Uint8Array.of(1, 2, 3)

it('gives the chunks of a source', async () => {
  const received: Uint8Array[] = []
  for await (const chunk of untilAborted(chunks([CHUNK, CHUNK]), new AbortController().signal)) received.push(chunk)
  expect(received).toEqual([CHUNK, CHUNK])
})

it('fails at once when the signal is aborted while the source is silent', async () => {
  const controller = new AbortController()
  const iteration = untilAborted(silent(), controller.signal).next()
  await setImmediate()
  controller.abort()
  await expect(iteration).rejects.toThrow(expect.objectContaining({ code: 'ABORTED' }))
})

it('leaves no listener on the signal', async () => {
  const { signal } = new AbortController()
  for await (const _ of untilAborted(chunks([CHUNK, CHUNK]), signal)) {
    expect(getEventListeners(signal, 'abort')).toEqual([])
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('refuses a chunk of text, and closes the source', async () => {
  let closed = false
  async function* text(): AsyncGenerator<Uint8Array> {
    try {
      yield 'plaintext' as unknown as Uint8Array
    } finally {
      closed = true
    }
  }
  const error = await untilAborted(text(), undefined)
    .next()
    .catch((reason: unknown) => reason)
  expect(CryptoError.is(error) && error.code).toBe('INVALID_INPUT')
  expect(closed).toBe(true)
})

async function* chunks(list: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* list
}

async function* silent(): AsyncGenerator<Uint8Array> {
  await new Promise(() => undefined)
  yield CHUNK
}
