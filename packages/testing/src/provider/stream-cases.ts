import assert from 'node:assert/strict'
import type { StreamProvider } from '@parasol/core'

import { assertBytes, assertDecryptionFails, assertRejects } from '../assertions.js'
import { includesBytes } from '../bytes.js'
import type { ConformanceCase } from '../conformance-case.js'
import { invalidContexts } from '../contexts.js'
import { OTHER_CONTEXT, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Able } from './ability.js'
import { chunked, drain, from, readAll, reusing, WatchedSource, zeros } from './chunks.js'

type Streams = Able<StreamProvider>

const KIB = 1024
const LENGTHS = [0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 131_072, 200_000]
const SIZES = [1, 7, 4096, 65_536, 100_003]
/** More than that need not be read ahead of the consumer. */
const MOST_READ_AHEAD = 16 * KIB * KIB

/** Data of any length, in constant memory. */
export const streamCases: readonly ConformanceCase<Streams>[] = [
  {
    name: 'gives back streams of every length about that of a segment',
    run: async (harness) => {
      for (const length of LENGTHS) await roundTrip(harness, randomPlaintext(length), 10_000)
    },
  },
  {
    name: 'gives back a stream whatever the size of its chunks',
    run: async (harness) => {
      for (const size of SIZES) await roundTrip(harness, randomPlaintext(size === 1 ? 2000 : 150_000), size)
    },
  },
  {
    name: 'gives back a stream of no chunks and one with empty chunks',
    run: async ({ provider, context }) => {
      const empty = new Uint8Array(0)
      for (const chunks of [[], [empty], [empty, empty], [empty, PLAINTEXT, empty, PLAINTEXT, empty]]) {
        const ciphertext = await readAll(provider.encryptStream(from(chunks), context))
        const padded = from([empty, ciphertext, empty])
        assertBytes(await readAll(provider.decryptStream(padded, context)), Buffer.concat(chunks))
      }
    },
  },
  {
    name: 'encrypts the same stream differently each time',
    run: async (harness) => {
      const ciphertexts = [await seal(harness, PLAINTEXT), await seal(harness, PLAINTEXT)]
      assert.notDeepEqual(ciphertexts[0], ciphertexts[1])
    },
  },
  {
    name: 'shows nothing of the plaintext in a stream',
    run: async (harness) => {
      const plaintext = randomPlaintext(5000)
      const ciphertext = await seal(harness, plaintext)
      for (const start of [0, 2500, 4980]) assert.ok(!includesBytes(ciphertext, plaintext.subarray(start, start + 16)))
    },
  },
  {
    name: 'refuses a stream of another context',
    applies: ({ provider }) => provider.traits.bindsContext,
    run: async (harness) => {
      const { provider } = harness
      const ciphertext = await seal(harness, PLAINTEXT)
      for (const wrong of [OTHER_CONTEXT, {}, { ...OTHER_CONTEXT, tenant: 'a' }]) {
        const { bytes, error } = await drain(provider.decryptStream(from([ciphertext]), wrong))
        await assertDecryptionFails(() => rejecting(error))
        assert.equal(bytes.length, 0, 'Bytes were released under another context')
      }
    },
  },
  {
    name: 'refuses a stream with a context that cannot be bound',
    run: async (harness) => {
      const { provider } = harness
      const ciphertext = await seal(harness, PLAINTEXT)
      for (const invalid of Object.values(invalidContexts)) {
        await assertRejects('INVALID_INPUT', async () => readAll(provider.encryptStream(from([PLAINTEXT]), invalid)))
        await assertRejects('INVALID_INPUT', async () => readAll(provider.decryptStream(from([ciphertext]), invalid)))
      }
    },
  },
  {
    name: 'refuses a stream that other keys encrypted',
    run: async (harness) => {
      const { stranger, context } = harness
      const ciphertext = await seal(harness, PLAINTEXT)
      await assertDecryptionFails(() => readAll(stranger.decryptStream(from([ciphertext]), context)))
    },
  },
  {
    name: 'copies what it keeps of a chunk, whose memory may be used again',
    run: async ({ provider, context }) => {
      const plaintext = randomPlaintext(150_000)
      const ciphertext = await readAll(provider.encryptStream(reusing(plaintext, 1000), context))
      assertBytes(await readAll(provider.decryptStream(reusing(ciphertext, 1000), context)), plaintext)
    },
  },
  {
    name: 'ends as its source ends, with the error of the source',
    run: async (harness) => {
      const { provider, context } = harness
      const failure = new Error('The disk is gone')
      const ciphertext = await seal(harness, randomPlaintext(150_000))
      const encrypted = await drain(provider.encryptStream(failing(randomPlaintext(150_000), failure), context))
      const decrypted = await drain(provider.decryptStream(failing(ciphertext, failure), context))
      assert.equal(encrypted.error, failure, 'The error of the source was lost in encryption')
      assert.equal(decrypted.error, failure, 'The error of the source was lost in decryption')
    },
  },
  {
    name: 'takes from its source only what the consumer asks for, and closes it when the consumer leaves',
    run: async (harness) => {
      const { provider, context } = harness
      const source = new WatchedSource(zeros())
      for await (const _ of skipTo(provider.encryptStream(source, context), 1_000_000)) break
      assert.ok(source.taken <= MOST_READ_AHEAD, `The source was read ${source.taken} bytes ahead`)
      assert.ok(source.closed, 'The source was left open')
    },
  },
  {
    name: 'closes the source of a stream that does not decrypt',
    run: async ({ provider, context }) => {
      const source = new WatchedSource(zeros())
      await assertDecryptionFails(() => readAll(provider.decryptStream(source, context)))
      assert.ok(source.taken <= MOST_READ_AHEAD, `${source.taken} bytes were read before the stream was refused`)
      assert.ok(source.closed, 'The source was left open')
    },
  },
  {
    name: 'does nothing for a stream when the signal was aborted before the call',
    run: async (harness) => {
      const { provider, context } = harness
      const ciphertext = await seal(harness, PLAINTEXT)
      const options = { signal: AbortSignal.abort() }
      await assertRejects('ABORTED', async () => readAll(provider.encryptStream(from([PLAINTEXT]), context, options)))
      await assertRejects('ABORTED', async () => readAll(provider.decryptStream(from([ciphertext]), context, options)))
    },
  },
  {
    name: 'ends a stream when its signal is aborted in the middle',
    run: async (harness) => {
      const { provider, context } = harness
      const ciphertext = await seal(harness, randomPlaintext(2_000_000))
      await abortsInTheMiddle(zeros(), (source, signal) => provider.encryptStream(source, context, { signal }))
      await abortsInTheMiddle(chunked(ciphertext, 10_000), (source, signal) =>
        provider.decryptStream(source, context, { signal }),
      )
    },
  },
]

async function roundTrip(harness: Streams, plaintext: Uint8Array, size: number): Promise<void> {
  const { provider, context } = harness
  const ciphertext = await readAll(provider.encryptStream(chunked(plaintext, size), context))
  assertBytes(await readAll(provider.decryptStream(chunked(ciphertext, size), context)), plaintext)
}

function seal({ provider, context }: Streams, plaintext: Uint8Array): Promise<Uint8Array> {
  return readAll(provider.encryptStream(chunked(plaintext, 10_000), context))
}

async function abortsInTheMiddle(
  chunks: AsyncIterable<Uint8Array>,
  start: (source: WatchedSource, signal: AbortSignal) => AsyncIterable<Uint8Array>,
): Promise<void> {
  const controller = new AbortController()
  const source = new WatchedSource(chunks)
  await assertRejects('ABORTED', async () => {
    for await (const _ of skipTo(start(source, controller.signal), 1)) controller.abort()
  })
  assert.ok(source.closed, 'The source of an aborted stream was left open')
}

/** The chunks after so many bytes. */
async function* skipTo(stream: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const chunk of stream) {
    seen += chunk.length
    if (seen >= bytes) yield chunk
  }
}

/** Yields half of the bytes, then fails. */
async function* failing(bytes: Uint8Array, failure: Error): AsyncGenerator<Uint8Array> {
  yield* chunked(bytes.subarray(0, bytes.length / 2), 10_000)
  throw failure
}

async function rejecting(error: unknown): Promise<void> {
  if (error !== undefined) throw error
}
