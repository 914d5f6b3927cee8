import assert from 'node:assert/strict'
import type { StreamProvider } from '@parasol/core'

import { assertDecryptionFails } from '../assertions.js'
import { concat, equalBytes } from '../bytes.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { flipAt, flips, sampled, truncations } from '../mutations.js'
import { PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Able } from './ability.js'
import { chunked, drain, from, readAll } from './chunks.js'

type Streams = Able<StreamProvider>

/** A long ciphertext: as the provider yielded it, or cut into blocks of some size. */
type Blocks = readonly Uint8Array[]

const LONG = 300_000
const POINTS = 100
const BLOCK_SIZES = [16, 1024, 4096, 4112, 16_384, 16_400, 65_536, 65_552]

/** What an attacker does to the blocks of a long stream. */
const rearrangements: Readonly<Record<string, (blocks: Blocks) => Blocks>> = {
  'with two parts exchanged': (blocks) => exchange(blocks, middle(blocks), middle(blocks) + 1),
  'with two parts exchanged that are not neighbours': (blocks) => exchange(blocks, middle(blocks), middle(blocks) + 2),
  'with its last two parts exchanged': (blocks) => exchange(blocks, blocks.length - 2, blocks.length - 1),
  'with a part missing': (blocks) => blocks.toSpliced(middle(blocks), 1),
  'with a part twice': (blocks) =>
    blocks.toSpliced(middle(blocks), 0, ...blocks.slice(middle(blocks), middle(blocks) + 1)),
  'without its last part': (blocks) => blocks.slice(0, -1),
  'with its last part twice': (blocks) => [...blocks, ...blocks.slice(-1)],
  'with its parts in reverse after the first': ([first, ...rest]) => (first ? [first, ...rest.toReversed()] : []),
}

/** A stream that was changed fails, and yields nothing before that but the beginning of its plaintext. */
export const streamTamperingCases: readonly ConformanceCase<Streams>[] = [
  ...Object.entries({ 'with a bit flipped in any byte': flips, 'cut off at any length': truncations }).map(
    ([what, mutate]) => ({
      name: `refuses a short stream ${what}`,
      run: async (harness: Streams) => {
        const ciphertext = await seal(harness, PLAINTEXT)
        await forEachConcurrently(sampled(ciphertext, mutate(ciphertext)), (tampered) =>
          refuses(harness, [tampered], [PLAINTEXT]),
        )
      },
    }),
  ),
  {
    name: 'refuses a long stream with a bit flipped anywhere',
    run: async (harness) => {
      const { plaintext, ciphertext } = await longStream(harness)
      await forEachConcurrently(points(ciphertext.length), (index) =>
        refuses(harness, [flipAt(ciphertext, index)], [plaintext]),
      )
    },
  },
  {
    name: 'refuses a long stream cut off anywhere',
    run: async (harness) => {
      const { plaintext, ciphertext, blocks } = await longStream(harness)
      const edges = blocks.map((_, index) => Buffer.concat(blocks.slice(0, index)).length)
      const lengths = new Set([...points(ciphertext.length), ...edges, ciphertext.length - 16, ciphertext.length - 1])
      await forEachConcurrently([...lengths], (length) =>
        refuses(harness, [ciphertext.subarray(0, length)], [plaintext]),
      )
    },
  },
  ...Object.entries(rearrangements).map(([what, rearrange]) => ({
    name: `refuses a stream ${what}`,
    run: async (harness: Streams) => {
      const { plaintext, ciphertext, blocks } = await longStream(harness)
      for (const cut of [blocks, ...BLOCK_SIZES.map((size) => cutInto(ciphertext, size))]) {
        const rearranged = Buffer.concat(rearrange(cut))
        if (!equalBytes(rearranged, ciphertext)) await refuses(harness, [rearranged], [plaintext])
      }
    },
  })),
  {
    name: 'refuses a stream with trailing bytes',
    run: async (harness) => {
      const ciphertext = await seal(harness, PLAINTEXT)
      for (const length of [1, 16, 100, 100_000]) {
        await refuses(harness, [ciphertext, new Uint8Array(length)], [PLAINTEXT])
        await refuses(harness, [concat(ciphertext, randomPlaintext(length))], [PLAINTEXT])
      }
    },
  },
  {
    name: 'refuses two streams joined',
    run: async (harness) => {
      const streams = [await seal(harness, PLAINTEXT), await seal(harness, PLAINTEXT)]
      await refuses(harness, streams, [PLAINTEXT, concat(PLAINTEXT, PLAINTEXT)])
    },
  },
  {
    name: 'refuses the beginning of one stream with the end of another',
    run: async (harness) => {
      const [one, other] = [await longStream(harness), await longStream(harness)]
      const cuts = [1, 2, middle(one.blocks), one.blocks.length - 1].filter((cut) => cut > 0 && cut < one.blocks.length)
      for (const cut of new Set(cuts)) {
        await refuses(
          harness,
          [...one.blocks.slice(0, cut), ...other.blocks.slice(cut)],
          [one.plaintext, other.plaintext],
        )
      }
      const half = one.ciphertext.length / 2
      const halves = [one.ciphertext.subarray(0, half), other.ciphertext.subarray(half)]
      await refuses(harness, halves, [one.plaintext, other.plaintext])
    },
  },
  {
    name: 'refuses streams that are empty, random, or the plaintext itself',
    run: async (harness) => {
      for (const chunks of [[], [new Uint8Array(0)], [randomPlaintext(1)], [randomPlaintext(100_000)], [PLAINTEXT]]) {
        await refuses(harness, chunks, [new Uint8Array(0)])
      }
    },
  },
]

/** Fails unless the stream is refused, having yielded no more than the beginning of a plaintext. */
async function refuses(
  { provider, context, integrity }: Streams,
  chunks: Blocks,
  plaintexts: readonly Uint8Array[],
): Promise<void> {
  const drained = await drain(provider.decryptStream(from(chunks), context))
  const { bytes } = drained
  const isBeginning = plaintexts.some((each) => equalBytes(each.subarray(0, bytes.length), bytes))
  assert.ok(isBeginning, 'A tampered stream yielded bytes that were not encrypted so')
  if ('error' in drained) await assertDecryptionFails(() => Promise.reject(drained.error), plaintexts)
  else assert.ok(integrity === 'plaintext' && plaintexts.some((each) => equalBytes(each, bytes)), 'It was decrypted')
}

function seal({ provider, context }: Streams, plaintext: Uint8Array): Promise<Uint8Array> {
  return readAll(provider.encryptStream(chunked(plaintext, 10_000), context))
}

async function longStream({ provider, context }: Streams): Promise<{
  readonly plaintext: Uint8Array
  readonly ciphertext: Uint8Array
  readonly blocks: Blocks
}> {
  const plaintext = randomPlaintext(LONG)
  const { bytes, chunks } = await drain(provider.encryptStream(chunked(plaintext, 10_000), context))
  return { plaintext, ciphertext: bytes, blocks: chunks.filter(({ length }) => length > 0) }
}

function cutInto(bytes: Uint8Array, size: number): Blocks {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
}

function exchange(blocks: Blocks, one: number, other: number): Blocks {
  const [a, b] = [blocks[one], blocks[other]]
  return a && b ? blocks.with(one, b).with(other, a) : blocks
}

function middle({ length }: Blocks): number {
  return Math.floor((length - 1) / 2)
}

/** Places all over a stream, from the first byte on. */
function points(length: number): number[] {
  return Array.from({ length: POINTS }, (_, index) => Math.floor((index * length) / POINTS))
}
