import { randomBytes } from 'node:crypto'
import { EnvelopeProvider, inspectEnvelope, suiteNames } from '@parasol/backend-envelope'
import { FakeKms, gather } from '@parasol/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_SEGMENTS, openRun, sealRun } from '../src/segment.js'
import { suiteByName } from '../src/suites.js'

const SEGMENT = 256
const TAG = 16
const CONTEXT = { file: 'a' }
const FAILED = expect.objectContaining({ code: 'DECRYPTION_FAILED' })

const kms = new FakeKms()
const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', segmentBytes: SEGMENT })

describe.each(suiteNames)('a stream under %s', (suite) => {
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', suite, segmentBytes: SEGMENT })

  it('gives back any bytes, however source and ciphertext are cut into chunks', async () => {
    const aroundEdges = fc
      .tuple(fc.nat({ max: 4 }), fc.integer({ min: -2, max: 2 }))
      .map(([segments, more]) => Math.max(0, segments * SEGMENT + more))
    const cuts = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(aroundEdges, cuts, cuts, async (length, plainCuts, sealedCuts) => {
        const plaintext = randomBytes(length)
        const ciphertext = await gather(provider.encryptStream(cut(plaintext, plainCuts), CONTEXT))
        const opened = await gather(provider.decryptStream(cut(ciphertext, sealedCuts), CONTEXT))
        expect(opened.equals(plaintext)).toBe(true)
        const segments = Math.max(1, Math.ceil(length / SEGMENT))
        expect(inspectEnvelope(ciphertext).bodyBytes).toBe(1 + length + segments * TAG)
      }),
      { numRuns: 60 },
    )
  })

  it('is refused when it is cut off anywhere', async () => {
    const ciphertext = await seal(randomBytes(2 * SEGMENT), provider)
    for (let length = 0; length < ciphertext.length; length++) {
      await expect(open(ciphertext.subarray(0, length)), `${length} bytes`).rejects.toThrow(FAILED)
    }
  })
})

it('is refused with any bit of its header flipped', async () => {
  const ciphertext = await seal(randomBytes(600))
  const { greenKeyBytes } = inspectEnvelope(ciphertext)
  for (let bit = 0; bit < (greenKeyBytes + 1) * 8; bit++) {
    const flipped = Buffer.from(ciphertext)
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
    await expect(open(flipped), `bit ${bit}`).rejects.toThrow(FAILED)
  }
})

it('is refused under every other header', async () => {
  for (const length of [0, 1, 200, 600]) {
    const ciphertext = await seal(randomBytes(length))
    const { greenKeyBytes } = inspectEnvelope(ciphertext)
    for (const header of [0, 7, 9, 16, 20, 21, 31, 32, 64, 255]) {
      ciphertext[greenKeyBytes] = header
      await expect(open(ciphertext), `${header}`).rejects.toThrow(FAILED)
    }
  }
})

it('asks the KMS for nothing when its header names a size that there is not', async () => {
  const ciphertext = await seal(randomBytes(10))
  ciphertext[inspectEnvelope(ciphertext).greenKeyBytes] = 30
  const calls: string[] = []
  const silent = new Proxy(kms, { get: (_, name) => () => calls.push(String(name)) })
  const reader = new EnvelopeProvider({ kms: silent, keyId: 'alias/test' })
  await expect(gather(reader.decryptStream(from([ciphertext]), CONTEXT))).rejects.toThrow(FAILED)
  expect(calls).toEqual([])
})

it('is refused with its segments exchanged, repeated, left out, or taken from another stream', async () => {
  const [one, other] = [await parts(4), await parts(4)]
  const [a, b, c, d] = one.segments as [Buffer, Buffer, Buffer, Buffer]
  const tampered = [
    [b, a, c, d],
    [a, b, d, c],
    [a, a, b, c, d],
    [a, b, c, d, d],
    [a, b, c, d, Buffer.alloc(TAG)],
    [a, c, d],
    [b, c, d],
    [a, b, c],
    [],
    [d],
    [a, b, c, other.segments[3] as Buffer],
    [other.segments[0] as Buffer, b, c, d],
    [...other.segments],
  ]
  await open(Buffer.concat([one.head, a, b, c, d]))
  for (const segments of tampered) {
    await expect(open(Buffer.concat([one.head, ...segments]))).rejects.toThrow(FAILED)
  }
})

it('is not read as a single value or a record, nor those as a stream', async () => {
  const text = randomBytes(600)
  const stream = await seal(text)
  const { greenKeyBytes } = inspectEnvelope(stream)
  await expect(provider.decrypt(stream, CONTEXT)).rejects.toThrow(FAILED)
  const record = {
    key: stream.subarray(0, greenKeyBytes),
    fields: new Map([['a', stream.subarray(greenKeyBytes + 1)]]),
  }
  await expect(provider.decryptRecord(record, CONTEXT)).rejects.toThrow(FAILED)
  const single = await provider.encrypt(text, CONTEXT)
  await expect(open(single)).rejects.toThrow(FAILED)
  const headed = Buffer.concat([
    single.subarray(0, inspectEnvelope(single).greenKeyBytes),
    stream.subarray(greenKeyBytes),
  ])
  await expect(open(headed)).rejects.toThrow(FAILED)
})

it('keeps its data through a rewrap', async () => {
  const text = randomBytes(600)
  const stream = await seal(text)
  const renewed = Buffer.from(await provider.rewrap(stream, CONTEXT))
  expect(body(renewed).equals(body(stream))).toBe(true)
  expect(renewed.equals(stream)).toBe(false)
  expect((await open(renewed)).equals(text)).toBe(true)
})

it('has at most 2^32 - 1 segments', () => {
  const cipher = { suite: suiteByName('aes-256-gcm'), key: randomBytes(32), segmentBytes: SEGMENT }
  const text = randomBytes(9)
  const last = { pieces: [text], index: MAX_SEGMENTS - 1, last: true }
  const sealed = sealRun(cipher, last)
  expect(openRun(cipher, { ...last, pieces: [sealed] })).toEqual(new Uint8Array(text))
  const beyond = { ...last, index: MAX_SEGMENTS }
  expect(() => sealRun(cipher, beyond)).toThrow(expect.objectContaining({ code: 'PLAINTEXT_TOO_LARGE' }))
  expect(() => openRun(cipher, { ...beyond, pieces: [sealed] })).toThrow(FAILED)
})

it('has no empty last segment but in an empty stream', () => {
  const cipher = { suite: suiteByName('aes-256-gcm'), key: randomBytes(32), segmentBytes: SEGMENT }
  const empty = { pieces: [new Uint8Array(0)], index: 1, last: true }
  expect(() => openRun(cipher, { ...empty, pieces: [sealRun(cipher, empty)] })).toThrow(FAILED)
})

it('refuses segments of a size that is not a power of two within bounds', () => {
  for (const segmentBytes of [0, -256, 1, 128, 300, 2 ** 21, 2 ** 40, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new EnvelopeProvider({ kms, keyId: 'alias/test', segmentBytes })).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG' }),
    )
  }
})

it('is read by a provider with another size of segments', async () => {
  const text = randomBytes(70_000)
  const reader = new EnvelopeProvider({ kms, keyId: 'alias/test' })
  expect((await gather(reader.decryptStream(from([await seal(text)]), CONTEXT))).equals(text)).toBe(true)
})

describe.each(suiteNames)('in one memory under %s', (suite) => {
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', suite, segmentBytes: 32_768 })
  const length = 2_500_000

  it('gives the same bytes, one chunk at a time, and leaves none of them', async () => {
    const text = randomBytes(length)
    const reuse = { reuseMemory: true }
    const sealed = await collectCopies(provider.encryptStream(cut(text, [700_000]), CONTEXT, reuse))
    const opened = await collectCopies(provider.decryptStream(cut(sealed.bytes, [700_000]), CONTEXT, reuse))
    expect(opened.bytes.equals(text)).toBe(true)
    for (const { memories } of [sealed, opened]) {
      expect(memories.size).toBeLessThan(4)
      expect([...memories].every((memory) => new Uint8Array(memory).every((byte) => byte === 0))).toBe(true)
    }
  })
})

it('gives chunks that stay as they are unless their memory may be reused', async () => {
  const text = randomBytes(3_000_000)
  const large = new EnvelopeProvider({ kms, keyId: 'alias/test' })
  const sealed = await gather(large.encryptStream(cut(text, [1_000_000]), CONTEXT))
  expect((await gather(large.decryptStream(cut(sealed, [900_000]), CONTEXT))).equals(text)).toBe(true)
})

function seal(plaintext: Uint8Array, by = provider): Promise<Buffer> {
  return gather(by.encryptStream(from([plaintext]), CONTEXT))
}

function open(ciphertext: Uint8Array): Promise<Buffer> {
  return gather(provider.decryptStream(from([ciphertext]), CONTEXT))
}

async function parts(count: number): Promise<{ head: Buffer; segments: Buffer[] }> {
  const ciphertext = await seal(randomBytes(count * SEGMENT))
  const start = inspectEnvelope(ciphertext).greenKeyBytes + 1
  const at = (index: number): number => start + index * (SEGMENT + TAG)
  const segments = Array.from({ length: count }, (_, index) => ciphertext.subarray(at(index), at(index + 1)))
  return { head: ciphertext.subarray(0, start), segments }
}

function body(ciphertext: Buffer): Buffer {
  return ciphertext.subarray(inspectEnvelope(ciphertext).greenKeyBytes)
}

/** Copies each chunk before the next is asked for, and notes which large memories they lay in. */
async function collectCopies(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ bytes: Buffer; memories: Set<ArrayBufferLike> }> {
  const chunks: Uint8Array[] = []
  const memories = new Set<ArrayBufferLike>()
  for await (const chunk of stream) {
    chunks.push(Uint8Array.from(chunk))
    if (chunk.length > 10_000) memories.add(chunk.buffer)
  }
  return { bytes: Buffer.concat(chunks), memories }
}

async function* from(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** The bytes in chunks of these lengths, again and again. */
async function* cut(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    // Lengths of nothing but zero would never end.
    const length = (lengths[turn % lengths.length] as number) || turn % 2
    yield bytes.slice(at, at + length)
    at += length
  }
}
