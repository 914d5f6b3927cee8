import { readFileSync, writeFileSync } from 'node:fs'
import { EnvelopeProvider, inspectEnvelope, suiteNames } from '@parasol/backend-envelope'
import { decryptionFailed } from '@parasol/core'
import { gather } from '@parasol/testing'
import { expect, it } from 'vitest'
import { KnownKeyKms } from './known-key-kms.js'
import { type RefusedVector, refusedVectors } from './refused-vectors.js'
import {
  type RecordVector,
  recordSpecs,
  type StreamVector,
  streamSpecs,
  toRecordVector,
  toStreamVector,
  toValueVector,
  type ValueVector,
  valueSpecs,
} from './vector-set.js'

const made = {
  values: valueSpecs.map(toValueVector),
  records: recordSpecs.map(toRecordVector),
  streams: streamSpecs.map(toStreamVector),
  refused: refusedVectors(),
}

if (process.env['MAKE_VECTORS']) {
  for (const [name, vectors] of Object.entries(made)) {
    writeFileSync(path(name), `${JSON.stringify(vectors, undefined, 2)}\n`)
  }
}

const values: readonly ValueVector[] = load('values')
const records: readonly RecordVector[] = load('records')
const streams: readonly StreamVector[] = load('streams')
const refused: readonly RefusedVector[] = load('refused')

it.each(values)('opens the value "$name"', async ({ dataKey, context, ciphertext, plaintext }) => {
  expect(hex(await reader(dataKey).decrypt(bytes(ciphertext), context))).toBe(plaintext)
})

it.each(records)('opens the record "$name"', async ({ dataKey, context, greenKey, fields }) => {
  const opened = await reader(dataKey).decryptRecord({ key: bytes(greenKey), fields: sealed(fields) }, context)
  expect([...opened].map(([name, field]) => [name, hex(field)])).toEqual(
    Object.entries(fields).map(([name, { plaintext }]) => [name, plaintext]),
  )
})

it.each(records)('opens each field of the record "$name" alone', async ({ dataKey, context, greenKey, fields }) => {
  for (const [name, { ciphertext, plaintext }] of Object.entries(fields)) {
    const record = { key: bytes(greenKey), fields: new Map([[name, bytes(ciphertext)]]) }
    const opened = await reader(dataKey).decryptRecord(record, context)
    expect(hex(opened.get(name) ?? new Uint8Array(1))).toBe(plaintext)
  }
})

it.each(streams)('opens the stream "$name"', async ({ dataKey, context, ciphertext, plaintext }) => {
  const opened = reader(dataKey).decryptStream(chunks(bytes(ciphertext)), context)
  expect(hex(await gather(opened))).toBe(plaintext)
})

it.each(values)('says of "$name" what stands in it', ({ suite, wrappedKeys, ciphertext, plaintext }) => {
  expect(inspectEnvelope(bytes(ciphertext))).toMatchObject({
    version: 1,
    suite: { 1: 'aes-256-gcm', 2: 'chacha20-poly1305', 3: 'xsalsa20-poly1305', 4: 'chacha20-poly1305-blake2b' }[suite],
    wrappedKeys: wrappedKeys.map(({ kind, label, bytes }) => ({ kind, keyId: label, bytes: bytes.length / 2 })),
    bodyBytes: plaintext.length / 2 + 28,
  })
})

it.each(refused)('refuses: $wrong', async (vector) => {
  const error = await open(vector).catch((error: unknown) => error)
  expect(error).toStrictEqual(decryptionFailed())
})

it('has vectors for each suite, and each says something that no other says', () => {
  for (const vectors of [values, records, streams]) {
    expect(new Set(vectors.map(({ suite }) => suite)).size).toBe(suiteNames.length)
  }
  const names = [
    ...values.map(({ name }) => `value ${name}`),
    ...records.map(({ name }) => `record ${name}`),
    ...streams.map(({ name }) => `stream ${name}`),
  ]
  expect(new Set(names).size).toBe(names.length)
  const inputs = refused.map(({ wrong: _, ...input }) => JSON.stringify(input))
  expect(new Set(inputs).size).toBe(inputs.length)
})

it.each(Object.entries(made))('has %s that an implementation of docs/format.md alone makes again', (name, vectors) => {
  expect(load(name)).toEqual(vectors)
})

async function open({ dataKey, context, ciphertext, greenKey, fields, stream }: RefusedVector): Promise<unknown> {
  if (stream !== undefined) return gather(reader(dataKey).decryptStream(chunks(bytes(stream)), context))
  if (ciphertext !== undefined) return reader(dataKey).decrypt(bytes(ciphertext), context)
  const ciphertexts = new Map(Object.entries(fields ?? {}).map(([name, field]) => [name, bytes(field)]))
  return reader(dataKey).decryptRecord({ key: bytes(greenKey ?? ''), fields: ciphertexts }, context)
}

function reader(dataKey: string): EnvelopeProvider {
  return new EnvelopeProvider({ kms: new KnownKeyKms(bytes(dataKey)), keyId: 'alias/parasol' })
}

function sealed(fields: RecordVector['fields']): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(fields).map(([name, { ciphertext }]) => [name, bytes(ciphertext)]))
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += 100) yield bytes.slice(offset, offset + 100)
}

function path(name: string): URL {
  return new URL(`vectors/${name}.json`, import.meta.url)
}

function load(name: string) {
  return JSON.parse(readFileSync(path(name), 'utf8'))
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
