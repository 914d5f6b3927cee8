import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { setImmediate as nextTick } from 'node:timers/promises'

import { assertBytes, assertRejects, settle } from '../assertions.js'
import type { ConformanceCase } from '../conformance-case.js'
import { contextFor, PLAINTEXT } from '../samples.js'
import type { Subject } from '../subject.js'

/** What a caller may rely on who gives a call up. */
export const abortCases: readonly ConformanceCase<Subject>[] = [
  {
    name: 'does nothing when the signal was aborted before the call',
    run: async (subject) => {
      const context = contextFor(subject)
      const ciphertext = await subject.encrypt(PLAINTEXT, context)
      const options = { signal: AbortSignal.abort() }
      await assertRejects('ABORTED', () => subject.encrypt(PLAINTEXT, context, options))
      await assertRejects('ABORTED', () => subject.decrypt(ciphertext, context, options), [PLAINTEXT, ciphertext])
    },
  },
  {
    name: 'is aborted in the same way whatever the reason of the signal',
    run: async (subject) => {
      const signal = AbortSignal.abort(new Error(Buffer.from(PLAINTEXT).toString()))
      await assertRejects('ABORTED', () => subject.encrypt(PLAINTEXT, contextFor(subject), { signal }))
    },
  },
  {
    name: 'either finishes or is aborted when the signal is aborted during the call',
    run: async (subject) => {
      const ciphertext = await subject.encrypt(PLAINTEXT, contextFor(subject))
      await abortDuring((signal) => subject.encrypt(PLAINTEXT, contextFor(subject), { signal }))
      await abortDuring((signal) => subject.decrypt(ciphertext, contextFor(subject), { signal }))
      assertBytes(await subject.decrypt(ciphertext, contextFor(subject)), PLAINTEXT)
    },
  },
  {
    name: 'leaves no listener on the signal of a call that is over',
    run: async (subject) => {
      const { signal } = new AbortController()
      const ciphertext = await subject.encrypt(PLAINTEXT, contextFor(subject), { signal })
      await subject.decrypt(ciphertext, contextFor(subject), { signal })
      await settle(() => subject.decrypt(new Uint8Array(1), contextFor(subject), { signal }))
      await nextTick()
      assert.equal(getEventListeners(signal, 'abort').length, 0, 'Listeners pile up on a long-lived signal')
    },
  },
]

async function abortDuring(call: (signal: AbortSignal) => Promise<Uint8Array>): Promise<void> {
  for (const wait of [() => undefined, () => Promise.resolve(), () => nextTick()]) {
    const controller = new AbortController()
    const pending = settle(() => call(controller.signal))
    await wait()
    controller.abort()
    const outcome = await pending
    if ('error' in outcome) await assertRejects('ABORTED', () => Promise.reject(outcome.error))
  }
}
