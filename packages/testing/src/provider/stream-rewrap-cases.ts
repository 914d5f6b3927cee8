import assert from 'node:assert/strict'
import type { StreamProvider, StreamRewrapProvider } from '@parasol/core'

import { assertBytes, assertDecryptionFails, assertRejects } from '../assertions.js'
import { equalBytes } from '../bytes.js'
import type { ConformanceCase } from '../conformance-case.js'
import { OTHER_CONTEXT, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Able } from './ability.js'
import { chunked, from, readAll, reusing, WatchedSource, zeros } from './chunks.js'

type StreamRewraps = Able<StreamProvider & StreamRewrapProvider>

/** Renewing the wrapped key of a stream that passes by. */
export const streamRewrapCases: readonly ConformanceCase<StreamRewraps>[] = [
  {
    name: 'rewraps a stream without touching its data, whatever the size of its chunks',
    run: async (harness) => {
      const { provider, context } = harness
      for (const [length, size] of [
        [0, 1],
        [500, 1],
        [150_000, 10_000],
      ] as const) {
        const plaintext = randomPlaintext(length)
        const ciphertext = await seal(harness, plaintext)
        const renewed = await readAll(provider.rewrapStream(reusing(ciphertext, size), context))
        assert.ok(!equalBytes(renewed, ciphertext), 'Rewrapping changed nothing')
        assertBytes(renewed.subarray(renewed.length - length), ciphertext.subarray(ciphertext.length - length))
        assertBytes(await readAll(provider.decryptStream(from([renewed]), context)), plaintext)
      }
    },
  },
  {
    name: 'does not rewrap a stream of another context or of other keys',
    applies: ({ provider }) => provider.traits.bindsContext,
    run: async (harness) => {
      const { provider, stranger, context } = harness
      const ciphertext = await seal(harness, PLAINTEXT)
      await assertDecryptionFails(() => readAll(provider.rewrapStream(from([ciphertext]), OTHER_CONTEXT)))
      await assertDecryptionFails(() => readAll(stranger.rewrapStream(from([ciphertext]), context)))
    },
  },
  {
    name: 'does not rewrap what is no stream, and closes its source',
    run: async ({ provider, context }) => {
      for (const chunks of [[], [new Uint8Array(0)], [randomPlaintext(40)]]) {
        await assertDecryptionFails(() => readAll(provider.rewrapStream(from(chunks), context)))
      }
      const source = new WatchedSource(zeros())
      await assertDecryptionFails(() => readAll(provider.rewrapStream(source, context)))
      assert.ok(source.closed, 'The source was left open')
    },
  },
  {
    name: 'does not rewrap a stream when the signal was aborted before the call',
    run: async (harness) => {
      const ciphertext = await seal(harness, PLAINTEXT)
      const options = { signal: AbortSignal.abort() }
      await assertRejects('ABORTED', () =>
        readAll(harness.provider.rewrapStream(from([ciphertext]), harness.context, options)),
      )
    },
  },
]

function seal({ provider, context }: StreamRewraps, plaintext: Uint8Array): Promise<Uint8Array> {
  return readAll(provider.encryptStream(chunked(plaintext, 10_000), context))
}
