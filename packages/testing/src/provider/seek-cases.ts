import assert from 'node:assert/strict'
import type { RandomAccess, SeekableProvider } from '@parasol/core'

import { assertBytes, assertDecryptionFails, assertRejects } from '../assertions.js'
import { concat, equalBytes } from '../bytes.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { flipAt } from '../mutations.js'
import { OTHER_CONTEXT, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Able } from './ability.js'
import { chunked, readAll } from './chunks.js'

type Seeks = Able<SeekableProvider>

const LONG = 200_000
const POINTS = 60
const PARTS: readonly (readonly [offset: number, length: number])[] = [
  [0, 1],
  [0, LONG],
  [1, LONG],
  [4095, 2],
  [65_535, 2],
  [65_536, 65_536],
  [LONG - 1, 1],
  [LONG - 1, 100],
  [LONG, 1],
  [10 * LONG, 10],
  [5, 0],
]

/** Any part of a stream, without the rest. */
export const seekCases: readonly ConformanceCase<Seeks>[] = [
  {
    name: 'gives any part of a stream, and fewer bytes only at its end',
    run: async (harness) => {
      for (const length of [0, 1, 65_536, LONG]) {
        const plaintext = randomPlaintext(length)
        using reader = await open(harness, await seal(harness, plaintext))
        assert.equal(reader.size, length)
        for (const [offset, count] of PARTS) {
          assertBytes(await reader.read(offset, count), plaintext.subarray(offset, offset + count))
        }
      }
    },
  },
  {
    name: 'reads for a part of a stream little more than that part',
    run: async (harness) => {
      const source = new Bytes(await seal(harness, randomPlaintext(2_000_000)))
      using reader = await harness.provider.openSeekable(source, harness.context)
      await reader.read(1_000_000, 10)
      assert.ok(source.bytesRead < 1_500_000, `${source.bytesRead} bytes were read for 10`)
    },
  },
  {
    name: 'refuses to seek in a stream that was cut off or lengthened',
    run: async (harness) => {
      const ciphertext = await seal(harness, randomPlaintext(LONG))
      const { length } = ciphertext
      const cut = [...points(length), length - 1, length - 16, length - 17].map((end) => ciphertext.subarray(0, end))
      const lengthened = [1, 15, 16, 17, 28, 29, 4096, 70_000].map((more) =>
        concat(ciphertext, ciphertext.subarray(length - more)),
      )
      await forEachConcurrently([...cut, ...lengthened], (tampered) =>
        assertDecryptionFails(async () => open(harness, tampered)),
      )
    },
  },
  {
    name: 'gives no part of a stream that was changed there',
    run: async (harness) => {
      const plaintext = randomPlaintext(LONG)
      const ciphertext = await seal(harness, plaintext)
      await forEachConcurrently(points(ciphertext.length), (index) =>
        assertDecryptionFails(async () => {
          using reader = await open(harness, flipAt(ciphertext, index))
          return await reader.read(0, LONG)
        }),
      )
    },
  },
  {
    name: 'gives no part of a stream whose parts were exchanged or come from another',
    run: async (harness) => {
      const plaintext = randomPlaintext(LONG)
      const [one, other] = [await seal(harness, plaintext), await seal(harness, plaintext)]
      const half = one.length / 2
      await assertDecryptionFails(async () => {
        using reader = await open(harness, concat(one.subarray(0, half), other.subarray(half)))
        return await reader.read(0, LONG)
      })
    },
  },
  {
    name: 'refuses to seek under another context, or with other keys',
    applies: ({ provider }) => provider.traits.bindsContext,
    run: async (harness) => {
      const { provider, stranger, context } = harness
      const source = new Bytes(await seal(harness, PLAINTEXT))
      for (const wrong of [OTHER_CONTEXT, {}]) await assertDecryptionFails(() => provider.openSeekable(source, wrong))
      await assertDecryptionFails(() => stranger.openSeekable(source, context))
    },
  },
  {
    name: 'refuses to seek in a single value',
    run: async (harness) => {
      const value = await harness.provider.encrypt(PLAINTEXT, harness.context)
      await assertDecryptionFails(() => open(harness, value))
    },
  },
  {
    name: 'gives nothing more when it was closed, or the signal was aborted',
    run: async (harness) => {
      const ciphertext = await seal(harness, PLAINTEXT)
      const options = { signal: AbortSignal.abort() }
      const source = new Bytes(ciphertext)
      await assertRejects('ABORTED', () => harness.provider.openSeekable(source, harness.context, options))
      const reader = await open(harness, ciphertext)
      await assertRejects('ABORTED', () => reader.read(0, 1, options))
      reader[Symbol.dispose]()
      await assertRejects('CLOSED', () => reader.read(0, 1))
    },
  },
  {
    name: 'gives parts that are asked for at the same time',
    run: async (harness) => {
      const plaintext = randomPlaintext(LONG)
      using reader = await open(harness, await seal(harness, plaintext))
      const parts = await Promise.all(points(LONG).map((offset) => reader.read(offset, 1000)))
      const right = parts.every((part, index) => {
        const offset = points(LONG)[index] ?? 0
        return equalBytes(part, plaintext.subarray(offset, offset + 1000))
      })
      assert.ok(right, 'A part is not what is there')
    },
  },
]

class Bytes implements RandomAccess {
  bytesRead = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get size(): number {
    return this.#bytes.length
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const part = this.#bytes.slice(offset, offset + length)
    this.bytesRead += part.length
    return part
  }
}

function open({ provider, context }: Seeks, ciphertext: Uint8Array): Promise<RandomAccess & Disposable> {
  return provider.openSeekable(new Bytes(ciphertext), context)
}

function seal({ provider, context }: Seeks, plaintext: Uint8Array): Promise<Uint8Array> {
  return readAll(provider.encryptStream(chunked(plaintext, 100_000), context))
}

/** Places all over a stream, from the first byte on. */
function points(length: number): number[] {
  return Array.from({ length: POINTS }, (_, index) => Math.floor((index * length) / POINTS))
}
