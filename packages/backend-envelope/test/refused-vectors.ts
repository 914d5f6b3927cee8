import {
  type GreenKeySpec,
  type WrappedKeySpec,
  writeField,
  writeGreenKey,
  writeList,
  writeRecordField,
  writeSegment,
  writeStream,
  writeValue,
} from './specification.js'
import { bytesFor, CONTEXT, fieldFor, hex, KMS_KEY, specFor } from './vector-set.js'

/** What must not open, and what is wrong with it: everything else about it is right. */
export interface RefusedVector {
  readonly wrong: string
  readonly dataKey: string
  /** What the reader gives. */
  readonly context: Readonly<Record<string, string>>
  /** A single value; or else a record. */
  readonly ciphertext?: string
  readonly greenKey?: string
  readonly fields?: Readonly<Record<string, string>>
  /** Or else a stream. */
  readonly stream?: string
}

const spec = specFor('refused')
const other = specFor('another record', { dataKey: spec.dataKey })
const phone = fieldFor('refused/phone', '13800138000')
const good = writeValue({ ...spec, ...phone })
const greenKey = writeGreenKey(spec)
const LIST_AT = 58

export function refusedVectors(): readonly RefusedVector[] {
  return [
    ...refusedGreenKeys(),
    ...refusedLists(),
    ...refusedFields(),
    ...refusedContexts(),
    ...refusedRecords(),
    ...refusedStreams(),
  ]
}

function refusedGreenKeys(): RefusedVector[] {
  const commitment = (change: Partial<GreenKeySpec>) =>
    Buffer.concat([
      good.subarray(0, 26),
      writeGreenKey({ ...spec, ...change }).subarray(26, LIST_AT),
      good.subarray(LIST_AT),
    ])
  return [
    value('nothing at all', Buffer.alloc(0)),
    value('a green key alone', greenKey),
    value('a field alone', good.subarray(greenKey.length)),
    value('a byte before it', Buffer.concat([Buffer.from([1]), good])),
    value('a byte after it', Buffer.concat([good, Buffer.from([0])])),
    value('its last byte missing', good.subarray(0, -1)),
    value('the version changed to 0', patched(0, 0)),
    value('the version changed to 2', patched(0, 2)),
    value('version 2, written in earnest', writeValue({ ...spec, ...phone, version: 2 })),
    value('the suite changed to 0', patched(1, 0)),
    value('the suite changed to another that is read', patched(1, 3)),
    value('the suite changed from another that is read', patched(1, 1, writeValue({ ...spec, ...phone, suite: 3 }))),
    value(
      'the suite changed to another with the same AEAD',
      patched(1, 4, writeValue({ ...spec, ...phone, suite: 2 })),
    ),
    value('an unknown suite', patched(1, 255)),
    value('a bit of the salt', flipped(2)),
    value('a bit of the commitment', flipped(26)),
    value('the commitment of another salt', commitment({ salt: other.salt })),
    value('the commitment of another context', commitment({ context: {} })),
    value('the commitment of another suite', commitment({ suite: 3 })),
    value('the commitment of another data key', commitment({ dataKey: bytesFor('another', 32) })),
    value('another data key', good, { dataKey: hex(bytesFor('another', 32)) }),
    value('a data key that is empty', good, { dataKey: '' }),
    value('a data key of 31 bytes', good, { dataKey: hex(spec.dataKey.subarray(1)) }),
    value('a data key of 33 bytes', good, { dataKey: `${hex(spec.dataKey)}00` }),
    shortKey(),
  ]
}

/** All is right but that the data key has 16 bytes. */
function shortKey(): RefusedVector {
  const dataKey = spec.dataKey.subarray(0, 16)
  return value('written under a data key of 16 bytes', writeValue({ ...spec, ...phone, dataKey }), {
    dataKey: hex(dataKey),
  })
}

function refusedLists(): RefusedVector[] {
  const second: WrappedKeySpec = { kind: 2, label: 'recovery', bytes: bytesFor('recovery', 40) }
  const two = { ...spec, wrappedKeys: [KMS_KEY, second] }
  const tagOf = (list: Buffer) => list.subarray(-16)
  /** A list that says one thing, with the tag of another. */
  const forged = (claimed: readonly WrappedKeySpec[]) => {
    const list = Buffer.concat([writeList({ ...spec, wrappedKeys: claimed }).subarray(0, -16), tagOf(writeList(two))])
    return replaceList(list)
  }
  const signed = (...wrappedKeys: readonly WrappedKeySpec[]) => replaceList(writeList({ ...spec, wrappedKeys }))
  return [
    value('no wrapped key', signed()),
    value('seventeen wrapped keys', signed(...Array<WrappedKeySpec>(17).fill(KMS_KEY))),
    value('a count that is one too high', patched(LIST_AT, 2)),
    value('a count of 255', patched(LIST_AT, 255)),
    value('wrapped keys of unknown kinds alone', signed(second)),
    value('a wrapped key of no bytes', signed({ ...KMS_KEY, bytes: Buffer.alloc(0) })),
    value('a wrapped key longer than what follows', overlong()),
    value('a label that is not UTF-8', signed({ ...KMS_KEY, label: Buffer.from([0xff]) })),
    value(
      'a label of an unknown kind that is not UTF-8',
      signed(KMS_KEY, { ...second, label: Buffer.from([0xed, 0xa0, 0x80]) }),
    ),
    value('a label longer than what follows', patched(LIST_AT + 2, 255)),
    value('a wrapped key removed', forged([KMS_KEY])),
    value('a wrapped key added', forged([KMS_KEY, second, second])),
    value('two wrapped keys exchanged', forged([second, KMS_KEY])),
    value('a wrapped key of an unknown kind changed', forged([KMS_KEY, { ...second, bytes: bytesFor('planted', 40) }])),
    value('a kind changed', forged([KMS_KEY, { ...second, kind: 3 }])),
    value('a label changed', forged([{ ...KMS_KEY, label: 'alias/parasoL' }, second])),
    value('a bit of the tag of the list', flipped(greenKey.length - 1)),
    value(
      'the tag of the list under another data key',
      replaceList(writeList({ ...spec, dataKey: bytesFor('another', 32) })),
    ),
    value('the tag of the list of another version', replaceList(writeList({ ...spec, version: 2 }))),
  ]
}

function refusedFields(): RefusedVector[] {
  const planted = (aad: Uint8Array, from: GreenKeySpec = spec) =>
    Buffer.concat([greenKey, writeField(from, phone, aad)])
  return [
    value('a bit of the nonce', flipped(greenKey.length)),
    value('a bit of the ciphertext', flipped(greenKey.length + 12)),
    value('a bit of the tag', flipped(good.length - 1)),
    value('a tag cut to 4 bytes', good.subarray(0, -12)),
    value('a nonce alone', good.subarray(0, greenKey.length + 12)),
    value('the field of another record under the same data key', planted(Uint8Array.of(0), other)),
    value('the field of a record, as a single value', planted(Buffer.from('\u0001phone'))),
    value('a field without AAD', planted(Buffer.alloc(0))),
    value('a field whose AAD is longer', planted(Uint8Array.of(0, 0))),
  ]
}

function refusedContexts(): RefusedVector[] {
  const { row: _, ...shorter } = CONTEXT
  const split = writeValue({ ...specFor('boundaries', { context: { a: 'bc' } }), ...phone })
  const dataKey = hex(specFor('boundaries').dataKey)
  return [
    value('an entry of the context missing', good, { context: shorter }),
    value('an entry of the context added', good, { context: { ...CONTEXT, tenant: '' } }),
    value('a value of the context changed', good, { context: { ...CONTEXT, row: '8' } }),
    value('another purpose', good, { context: { ...CONTEXT, 'parasol:purpose': 'customer.idCard' } }),
    value('no context', good, { context: {} }),
    value('a boundary in the context moved', split, { context: { ab: 'c' }, dataKey }),
  ]
}

function refusedRecords(): RefusedVector[] {
  const at = (name: string, from: GreenKeySpec = spec) => hex(writeRecordField(from, name, phone))
  const record = (wrong: string, fields: Record<string, string>, key: Uint8Array = greenKey): RefusedVector => ({
    wrong,
    dataKey: hex(spec.dataKey),
    context: CONTEXT,
    greenKey: hex(key),
    fields,
  })
  return [
    record('two fields exchanged', { phone: at('fax'), fax: at('phone') }),
    record('one field of many damaged', { phone: at('phone'), fax: `${at('fax').slice(0, -2)}00` }),
    record('the field of another record under the same data key', { phone: at('phone', other) }),
    record('a name in another case', { Phone: at('phone') }),
    record('a name in another Unicode form', { 'e\u0301': at('\u00e9') }),
    record('a single value as a field', { phone: hex(good.subarray(greenKey.length)) }),
    record('a single value as a field without a name', { '': hex(good.subarray(greenKey.length)) }),
    record('a field that is too short', { phone: at('phone').slice(0, 54) }),
    record('a field that is empty', { phone: '' }),
    record('a byte after the green key', { phone: at('phone') }, Buffer.concat([greenKey, Buffer.from([0])])),
    record('a whole single value as the green key', { phone: at('phone') }, good),
    record('a green key without its last byte', { phone: at('phone') }, greenKey.subarray(0, -1)),
    record('the green key of another record under the same data key', { phone: at('phone') }, writeGreenKey(other)),
  ]
}

function refusedStreams(): RefusedVector[] {
  const [a, b, c] = [bytesFor('a', 256), bytesFor('b', 256), bytesFor('c', 100)]
  const whole = writeStream(spec, 8, Buffer.concat([a, b, c]))
  const segment = (number: number, last: boolean, plaintext: Uint8Array, from: GreenKeySpec = spec) =>
    writeSegment(from, 8, number, last, plaintext)
  const stream = (wrong: string, bytes: Uint8Array, change: Partial<RefusedVector> = {}): RefusedVector => ({
    wrong,
    dataKey: hex(spec.dataKey),
    context: CONTEXT,
    stream: hex(bytes),
    ...change,
  })
  const of = (...segments: readonly Uint8Array[]) => Buffer.concat([greenKey, Buffer.from([8]), ...segments])
  const headed = (exponent: number) => patched(greenKey.length, exponent, whole)
  return [
    stream('a stream without a header', greenKey),
    stream('a stream without a segment', of()),
    stream('a stream under another header', headed(9)),
    stream('segments of 128 bytes, written in earnest', writeStream(spec, 7, c)),
    stream('segments of 2 MiB, written in earnest', writeStream(spec, 21, c)),
    stream('segments of 2^264 bytes', headed(255)),
    stream('a stream cut off in a segment', whole.subarray(0, -1)),
    stream('a stream cut off after a segment', whole.subarray(0, -116)),
    stream('a stream without its first segment', of(segment(1, false, b), segment(2, true, c))),
    stream('a segment left out', of(segment(0, false, a), segment(2, true, c))),
    stream('two segments exchanged', of(segment(1, false, b), segment(0, false, a), segment(2, true, c))),
    stream('a segment twice', of(segment(0, false, a), segment(0, false, a), segment(1, true, b))),
    stream('the last segment not marked', of(segment(0, false, a), segment(1, false, c))),
    stream('a segment after the last', of(segment(0, true, a), segment(1, true, c))),
    stream('a short segment in the middle', of(segment(0, false, c), segment(1, true, c))),
    stream('an empty last segment', of(segment(0, false, a), segment(1, true, Buffer.alloc(0)))),
    stream('a segment of another stream under the same data key', of(segment(0, false, a), segment(1, true, b, other))),
    stream('a byte after the stream', Buffer.concat([whole, Buffer.from([0])])),
    stream('a stream in another context', whole, { context: {} }),
    stream('a single value as a stream', good),
    value('a stream as a single value', whole),
  ]
}

function value(wrong: string, ciphertext: Uint8Array, change: Partial<RefusedVector> = {}): RefusedVector {
  return { wrong, dataKey: hex(spec.dataKey), context: CONTEXT, ciphertext: hex(ciphertext), ...change }
}

function patched(offset: number, byte: number, bytes: Uint8Array = good): Buffer {
  const patched = Buffer.from(bytes)
  patched[offset] = byte
  return patched
}

function flipped(offset: number): Buffer {
  return patched(offset, (good[offset] ?? 0) ^ 1)
}

function replaceList(list: Uint8Array): Buffer {
  return Buffer.concat([good.subarray(0, LIST_AT), list, good.subarray(greenKey.length)])
}

function overlong(): Buffer {
  const lengthAt = LIST_AT + 3 + String(KMS_KEY.label).length
  return patched(lengthAt, 255)
}
