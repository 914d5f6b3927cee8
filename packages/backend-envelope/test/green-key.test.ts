import { EnvelopeProvider, inspectEnvelope } from '@parasol/backend-envelope'
import { CryptoError } from '@parasol/core'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeGreenKey } from '../src/green-key.js'
import { KnownKeyKms } from './known-key-kms.js'
import { type WrappedKeySpec, writeGreenKey, writeStream, writeValue } from './specification.js'
import { bytesFor, CONTEXT, fieldFor, KMS_KEY, specFor } from './vector-set.js'

const spec = specFor('green key')
const value = writeValue({ ...spec, ...fieldFor('green key', 'plaintext') })
const kms = () => new KnownKeyKms(spec.dataKey)
const readWith = (kms: KnownKeyKms) => new EnvelopeProvider({ kms, keyId: 'alias/parasol' })

const bytes = (constraints?: fc.IntArrayConstraints) => fc.uint8Array(constraints)
const header = bytes({ minLength: 56, maxLength: 56 }).map((salt) => Buffer.concat([Buffer.from([1, 1]), salt]))
const wrappedKey = fc.record({
  kind: fc.integer({ min: 0, max: 255 }),
  label: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Buffer.from(text)),
    bytes({ maxLength: 9 }).map((label) => Buffer.from(label)),
  ),
  bytes: bytes({ maxLength: 20 }),
})
/** What begins as a green key does, with something wrong behind it or not. */
const hostile = fc.oneof(
  bytes({ maxLength: 300 }),
  fc.tuple(header, bytes({ maxLength: 300 })).map((parts) => Buffer.concat(parts)),
  fc
    .record({ wrappedKeys: fc.array(wrappedKey, { maxLength: 20 }), tail: bytes({ maxLength: 60 }) })
    .map(({ wrappedKeys, tail }) => Buffer.concat([writeGreenKey({ ...spec, wrappedKeys }).subarray(0, -16), tail])),
  fc
    .tuple(fc.nat(value.length - 1), bytes({ minLength: 1, maxLength: 4 }))
    .map(([offset, patch]) => Buffer.concat([value.subarray(0, offset), patch, value.subarray(offset + patch.length)]))
    .filter((patched) => Buffer.compare(patched, value) !== 0),
)

it('answers any bytes with a failed decryption, and nothing else', async () => {
  const provider = readWith(kms())
  const codeOf = (work: Promise<unknown>) => work.then(String, (error: CryptoError) => error.code)
  await fc.assert(
    fc.asyncProperty(hostile, async (ciphertext) => {
      const record = { key: ciphertext, fields: new Map([['phone', ciphertext]]) }
      expect(await codeOf(provider.decrypt(ciphertext, CONTEXT))).toBe('DECRYPTION_FAILED')
      expect(await codeOf(provider.decryptRecord(record, CONTEXT))).toBe('DECRYPTION_FAILED')
    }),
    { numRuns: 500 },
  )
})

it('inspects any bytes or says that they are no envelope', () => {
  fc.assert(
    fc.property(hostile, (ciphertext) => {
      try {
        expect(inspectEnvelope(ciphertext).greenKeyBytes).toBeLessThanOrEqual(ciphertext.length)
      } catch (error) {
        expect(CryptoError.is(error) && error.code).toBe('INVALID_INPUT')
      }
    }),
    { numRuns: 500 },
  )
})

it.each([0, 17])('does not inspect a list of %i wrapped keys', (count) => {
  const greenKey = writeGreenKey({ ...spec, wrappedKeys: Array<WrappedKeySpec>(count).fill(KMS_KEY) })
  expect(() => inspectEnvelope(greenKey)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})

it('reads a green key by views: hostile lengths make it allocate nothing', () => {
  fc.assert(
    fc.property(hostile, (ciphertext) => {
      const greenKey = decodeGreenKey(ciphertext)
      if (!greenKey) return
      const { salt, commitment, wrappedKeys } = greenKey
      const parts = [salt, commitment, wrappedKeys.encoded, ...wrappedKeys.keys.map((key) => key.bytes)]
      expect(parts.every((part) => part.buffer === ciphertext.buffer)).toBe(true)
      expect(greenKey.length).toBeLessThanOrEqual(ciphertext.length)
    }),
    { numRuns: 500 },
  )
})

it('reads back every list that the specification allows', () => {
  const allowed = fc.array(
    fc.record({
      kind: fc.integer({ min: 0, max: 255 }),
      label: fc.string({ unit: 'grapheme', maxLength: 255 }).filter((label) => Buffer.byteLength(label) <= 255),
      bytes: bytes({ minLength: 1, maxLength: 400 }),
    }),
    { minLength: 1, maxLength: 16 },
  )
  fc.assert(
    fc.property(allowed, bytes({ maxLength: 40 }), (wrappedKeys, body) => {
      const greenKey = writeGreenKey({ ...spec, wrappedKeys })
      const decoded = decodeGreenKey(Buffer.concat([greenKey, body]))
      expect(decoded?.length).toBe(greenKey.length)
      expect(decoded?.wrappedKeys.keys.map((key) => ({ ...key, bytes: Uint8Array.from(key.bytes) }))).toEqual(
        wrappedKeys,
      )
    }),
    { numRuns: 100 },
  )
})

it('refuses every truncation of a green key before it asks the KMS', async () => {
  const asked = kms()
  const greenKey = writeGreenKey({ ...spec, wrappedKeys: [KMS_KEY, { ...KMS_KEY, label: '恢复' }] })
  for (let length = 0; length < greenKey.length; length++) {
    expect(decodeGreenKey(greenKey.subarray(0, length))).toBeUndefined()
    const record = { key: greenKey.subarray(0, length), fields: new Map() }
    await expect(readWith(asked).decryptRecord(record, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  }
  expect(asked.calls).toEqual([])
})

it('refuses every flipped bit of a green key', async () => {
  const greenKey = writeGreenKey({ ...spec, wrappedKeys: [KMS_KEY, { ...KMS_KEY, kind: 9 }] })
  const provider = readWith(kms())
  for (let bit = 0; bit < greenKey.length * 8; bit++) {
    const flipped = Buffer.from(greenKey)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    const record = { key: flipped, fields: new Map() }
    await expect(provider.decryptRecord(record, CONTEXT), `bit ${bit}`).rejects.toMatchObject({
      code: 'DECRYPTION_FAILED',
    })
  }
})

it('opens sixteen wrapped keys of the greatest length, and asks the KMS once', async () => {
  const wrappedKeys = Array.from({ length: 16 }, (_, n): WrappedKeySpec => {
    return { kind: 1, label: `${n}`, bytes: bytesFor(`${n}`, 65_535) }
  })
  const asked = kms()
  const ciphertext = writeValue({ ...spec, wrappedKeys, ...fieldFor('long', 'opened') })
  expect(Buffer.from(await readWith(asked).decrypt(ciphertext, CONTEXT)).toString()).toBe('opened')
  expect(asked.calls.length).toBe(1)
})

it('reads a long list at the beginning of a stream, byte by byte', async () => {
  const wrappedKeys = [1, 2, 3].map((kind): WrappedKeySpec => ({ kind, label: '', bytes: bytesFor('long', 65_535) }))
  const ciphertext = writeStream({ ...spec, wrappedKeys }, 8, Buffer.from('opened'))
  const opened: Uint8Array[] = []
  for await (const part of readWith(kms()).decryptStream(byteByByte(ciphertext), CONTEXT)) opened.push(part)
  expect(Buffer.concat(opened).toString()).toBe('opened')
})

it('stops at sixteen wrapped keys, however many are said to follow', async () => {
  const entry = writeGreenKey(spec).subarray(59, -16)
  const asked = kms()
  for (const count of [0, 17, 64, 255]) {
    const list = Buffer.concat([Buffer.from([count]), ...Array<Buffer>(5000).fill(entry)])
    const ciphertext = Buffer.concat([writeGreenKey(spec).subarray(0, 58), list])
    await expect(readWith(asked).decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  }
  expect(asked.calls).toEqual([])
})

it('asks the KMS for nothing when only kinds that it does not know are there', async () => {
  const asked = kms()
  const wrappedKeys = [0, 2, 255].map((kind) => ({ ...KMS_KEY, kind }))
  const ciphertext = writeValue({ ...spec, wrappedKeys, ...fieldFor('kinds', 'plaintext') })
  await expect(readWith(asked).decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  expect(asked.calls).toEqual([])
})

it('chooses the wrapped key under its own key id, else the first of a KMS', async () => {
  const wrapped = (label: string): WrappedKeySpec => ({ kind: 1, label, bytes: Buffer.from(label) })
  const wrappedKeys = [{ ...wrapped('recovery'), kind: 2 }, wrapped('alias/first'), wrapped('alias/second')]
  const ciphertext = writeValue({ ...spec, wrappedKeys, ...fieldFor('choice', 'plaintext') })
  const chosen = async (keyId: string) => {
    const asked = kms()
    await new EnvelopeProvider({ kms: asked, keyId }).decrypt(ciphertext, CONTEXT)
    return asked.calls.map((call) => Buffer.from(call.wrapped ?? []).toString())
  }
  expect(await chosen('alias/second')).toEqual(['alias/second'])
  expect(await chosen('alias/unknown')).toEqual(['alias/first'])
})

async function* byteByByte(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset++) yield bytes.subarray(offset, offset + 1)
}
