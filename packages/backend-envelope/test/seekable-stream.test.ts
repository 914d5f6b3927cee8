import { randomBytes } from 'node:crypto'
import { EnvelopeProvider, inspectEnvelope, suiteNames } from '@parasol/backend-envelope'
import type { RandomAccess } from '@parasol/core'
import { FakeKms, once } from '@parasol/testing'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'

const SEGMENT = 256
const SEALED = SEGMENT + 16
const CONTEXT = { file: 'a' }
const FAILED = expect.objectContaining({ code: 'DECRYPTION_FAILED' })

const kms = new FakeKms()
const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', segmentBytes: SEGMENT })

it.each(suiteNames)('gives any part of a stream under %s', async (suite) => {
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', suite, segmentBytes: SEGMENT })
  const range = fc.tuple(fc.nat({ max: 1100 }), fc.nat({ max: 1100 }))
  const lengths = fc.oneof(fc.constantFrom(0, 1, 255, 256, 257, 512, 768), fc.nat({ max: 1000 }))
  await fc.assert(
    fc.asyncProperty(lengths, fc.array(range, { minLength: 1, maxLength: 5 }), async (size, ranges) => {
      const plaintext = randomBytes(size)
      using reader = await provider.openSeekable(new Bytes(await seal(plaintext, provider)), CONTEXT)
      expect(reader.size).toBe(size)
      for (const [offset, length] of ranges) {
        const part = await reader.read(offset, length)
        expect(Buffer.compare(part, plaintext.subarray(offset, offset + length))).toBe(0)
      }
    }),
    { numRuns: 40 },
  )
})

it('reads the head and the last segment to open a stream, and then the segments that it needs', async () => {
  const plaintext = randomBytes(100 * SEGMENT)
  const source = new Bytes(await seal(plaintext))
  using reader = await provider.openSeekable(source, CONTEXT)
  expect(source.bytesRead).toBe(4096 + SEALED)
  source.bytesRead = 0
  await reader.read(50 * SEGMENT + 255, 2)
  expect(source.bytesRead).toBe(2 * SEALED)
})

it('reads parts that are longer than what is opened at a time', async () => {
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/test' })
  const plaintext = randomBytes(3_000_000)
  using reader = await provider.openSeekable(new Bytes(await seal(plaintext, provider)), CONTEXT)
  expect(Buffer.compare(await reader.read(0, 3_000_000), plaintext)).toBe(0)
  expect(Buffer.compare(await reader.read(65_535, 2_500_000), plaintext.subarray(65_535, 2_565_535))).toBe(0)
  expect(await reader.read(3_000_000, 1)).toHaveLength(0)
})

it('refuses to open a stream that was cut off or lengthened', async () => {
  const ciphertext = await seal(randomBytes(4 * SEGMENT))
  for (let length = 0; length < ciphertext.length; length++) {
    await expect(provider.openSeekable(new Bytes(ciphertext.subarray(0, length)), CONTEXT)).rejects.toThrow(FAILED)
  }
  for (const more of [1, 15, 16, 17, SEALED, SEALED + 1]) {
    const longer = Buffer.concat([ciphertext, ciphertext.subarray(-SEALED), randomBytes(SEALED)]).subarray(
      0,
      ciphertext.length + more,
    )
    await expect(provider.openSeekable(new Bytes(longer), CONTEXT)).rejects.toThrow(FAILED)
  }
})

it('refuses a part whose segment was changed or moved, and gives the others', async () => {
  const plaintext = randomBytes(4 * SEGMENT)
  const ciphertext = await seal(plaintext)
  const start = inspectEnvelope(ciphertext).greenKeyBytes + 1
  const moved = Buffer.from(ciphertext)
  moved.set(ciphertext.subarray(start + SEALED, start + 2 * SEALED), start)
  using reader = await provider.openSeekable(new Bytes(moved), CONTEXT)
  await expect(reader.read(10, 1)).rejects.toThrow(FAILED)
  await expect(reader.read(0, 1000)).rejects.toThrow(FAILED)
  expect(Buffer.compare(await reader.read(SEGMENT, 500), plaintext.subarray(SEGMENT, SEGMENT + 500))).toBe(0)
})

it('refuses a source that gives less than it has', async () => {
  const source = new Bytes(await seal(randomBytes(1000)))
  using reader = await provider.openSeekable(source, CONTEXT)
  source.bytes = source.bytes.subarray(0, source.bytes.length - 300)
  await expect(reader.read(0, 1000)).rejects.toThrow(FAILED)
})

it('refuses another context, and a single value', async () => {
  await expect(provider.openSeekable(new Bytes(await seal(randomBytes(9))), {})).rejects.toThrow(FAILED)
  const single = await provider.encrypt(randomBytes(900), CONTEXT)
  await expect(provider.openSeekable(new Bytes(single), CONTEXT)).rejects.toThrow(FAILED)
})

it('refuses ranges that are none, and work after its key was zeroed', async () => {
  const reader = await provider.openSeekable(new Bytes(await seal(randomBytes(9))), CONTEXT)
  for (const [offset, length] of [
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [0, Number.NaN],
    [2 ** 60, 1],
  ] as const) {
    await expect(reader.read(offset, length)).rejects.toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  }
  reader[Symbol.dispose]()
  await expect(reader.read(0, 1)).rejects.toThrow(expect.objectContaining({ code: 'CLOSED' }))
})

it('gives up when its signal is aborted', async () => {
  const source = new Bytes(await seal(randomBytes(9)))
  const options = { signal: AbortSignal.abort() }
  const ABORTED = expect.objectContaining({ code: 'ABORTED' })
  await expect(provider.openSeekable(source, CONTEXT, options)).rejects.toThrow(ABORTED)
  using reader = await provider.openSeekable(source, CONTEXT)
  await expect(reader.read(0, 1, options)).rejects.toThrow(ABORTED)
})

/** An object in a store, which counts what is read of it. */
class Bytes implements RandomAccess {
  bytes: Uint8Array
  bytesRead = 0
  readonly size: number

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.size = bytes.length
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const part = this.bytes.slice(offset, offset + length)
    this.bytesRead += part.length
    return part
  }
}

async function seal(plaintext: Uint8Array, by = provider): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of by.encryptStream(once(plaintext), CONTEXT)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
