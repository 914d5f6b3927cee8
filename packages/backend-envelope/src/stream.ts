import { decryptionFailed, type StreamOptions, throwIfAborted, untilAborted } from '@parasol/core'
import { cutSegments } from './cut-segments.js'
import type { NewRecord } from './record.js'
import { freshMemory, ReusedMemory } from './run-memory.js'
import { openRun, type SegmentCipher, sealRun } from './segment.js'
import { readStreamHead, type StreamHead } from './stream-head.js'
import { decodeHeader, deriveStreamKey } from './stream-header.js'
import { type RecordKey, type Suite, TAG_BYTES } from './suite.js'

export interface SealStreamOptions extends StreamOptions {
  readonly suite: Suite
  readonly header: Uint8Array
  /** The record that the stream is. */
  readonly newRecord: () => Promise<NewRecord>
}

/**
 * Encrypts a stream:
 *
 *     green key, header (`stream-header.ts`), then segments (`segment.ts`), of which there is at least one
 */
export async function* sealStream(
  plaintext: AsyncIterable<Uint8Array>,
  { suite, header, newRecord, signal, reuseMemory }: SealStreamOptions,
): AsyncGenerator<Uint8Array> {
  using record = await newRecord()
  using cipher = segmentCipher(suite, record.key, header)
  using reused = new ReusedMemory()
  const memory = reuseMemory ? reused.take : freshMemory
  for await (const run of cutSegments(untilAborted(plaintext, signal), cipher.segmentBytes)) {
    // The source is open by now, so it is closed whenever the consumer leaves.
    if (run.index === 0) yield Buffer.concat([record.greenKey, header])
    throwIfAborted(signal)
    yield sealRun(cipher, run, memory)
    throwIfAborted(signal)
  }
}

export interface OpenStreamOptions extends StreamOptions {
  /** @throws CryptoError DECRYPTION_FAILED */
  readonly openRecord: (encodedGreenKey: Uint8Array) => Promise<OpenedRecord>
}

export interface OpenedRecord {
  readonly suite: Suite
  readonly recordKey: RecordKey
}

/** The inverse. Segments are yielded when all of them are authenticated. */
export async function* openStream(
  ciphertext: AsyncIterable<Uint8Array>,
  { openRecord, signal, reuseMemory }: OpenStreamOptions,
): AsyncGenerator<Uint8Array> {
  const chunks = untilAborted(ciphertext, signal)
  try {
    const head = await readStreamHead(chunks)
    using cipher = await openHead(head, openRecord)
    using reused = new ReusedMemory()
    const memory = reuseMemory ? reused.take : freshMemory
    const body = prepend(head.rest, chunks)
    for await (const run of cutSegments(body, cipher.segmentBytes + TAG_BYTES)) {
      const plaintext = openRun(cipher, run, memory)
      if (plaintext.length > 0) yield plaintext
      throwIfAborted(signal)
    }
  } finally {
    await chunks.return(undefined)
  }
}

/** Passes a stream through, with its green key renewed. */
export async function* rewrapStream(
  ciphertext: AsyncIterable<Uint8Array>,
  rewrap: (encodedGreenKey: Uint8Array) => Promise<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const chunks = untilAborted(ciphertext, signal)
  try {
    const { encodedGreenKey, header, rest } = await readStreamHead(chunks)
    yield Buffer.concat([await rewrap(encodedGreenKey), header, rest])
    // The source may read into the same memory again.
    for await (const chunk of chunks) yield Uint8Array.from(chunk)
  } finally {
    await chunks.return(undefined)
  }
}

/** @throws CryptoError DECRYPTION_FAILED */
export async function openHead(
  { encodedGreenKey, header }: StreamHead,
  openRecord: OpenStreamOptions['openRecord'],
): Promise<SegmentCipher & Disposable> {
  if (decodeHeader(header) === undefined) throw decryptionFailed()
  const { suite, recordKey } = await openRecord(encodedGreenKey)
  using _ = recordKey
  return segmentCipher(suite, recordKey.key, header)
}

function segmentCipher(suite: Suite, recordKey: Uint8Array, header: Uint8Array): SegmentCipher & Disposable {
  const segmentBytes = decodeHeader(header) as number
  const { key, [Symbol.dispose]: dispose } = deriveStreamKey(suite, recordKey, header)
  return { suite, key, segmentBytes, [Symbol.dispose]: dispose }
}

async function* prepend(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}
