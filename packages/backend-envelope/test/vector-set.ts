import { createHash } from 'node:crypto'
import {
  derive,
  type FieldSpec,
  type GreenKeySpec,
  type WrappedKeySpec,
  writeGreenKey,
  writeRecordField,
  writeStream,
  writeValue,
} from './specification.js'

/*
 * What test/vectors/*.json hold. Run `MAKE_VECTORS=1 npx vitest run packages/backend-envelope/test/vectors.test.ts` to
 * write them anew: only to add to them, for what is there is frozen.
 */

export interface ValueVector extends GreenKeyInputs {
  readonly plaintext: string
  readonly nonce: string
  readonly ciphertext: string
}

export interface RecordVector extends GreenKeyInputs {
  readonly fields: Readonly<Record<string, { plaintext: string; nonce: string; ciphertext: string }>>
  readonly greenKey: string
}

export interface StreamVector extends GreenKeyInputs {
  /** Segments have 2 to the power of it bytes. */
  readonly exponent: number
  readonly plaintext: string
  readonly ciphertext: string
}

interface GreenKeyInputs {
  readonly name: string
  readonly suite: number
  readonly dataKey: string
  readonly salt: string
  /** Derived: to find out where an implementation goes astray. */
  readonly recordKey: string
  readonly context: Readonly<Record<string, string>>
  readonly wrappedKeys: readonly { kind: number; label: string; bytes: string }[]
}

export type ValueSpec = GreenKeySpec & FieldSpec & { readonly name: string }
export type RecordSpec = GreenKeySpec & { readonly name: string; readonly fields: Readonly<Record<string, FieldSpec>> }
export type StreamSpec = GreenKeySpec & {
  readonly name: string
  readonly exponent: number
  readonly plaintext: Uint8Array
}

/** The same bytes for the same words, on every machine. */
export function bytesFor(words: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(words).digest()
}

export const KMS_KEY: WrappedKeySpec = { kind: 1, label: 'alias/parasol', bytes: bytesFor('wrapped key', 60) }
export const CONTEXT = { 'parasol:purpose': 'customer.phone', table: 'customers', row: '7' }

const chinese = { 'parasol:purpose': '客户.手机号', 表: '客户', 行: '７', '\u{20bb7}': '\u{1f9e7}', '\uff5e': '' }
const several: readonly WrappedKeySpec[] = [
  { kind: 200, label: '', bytes: bytesFor('a kind of the future', 1) },
  { kind: 1, label: 'acs:kms:cn-hangzhou:1:key/主', bytes: bytesFor('first region', 155) },
  { kind: 1, label: 'acs:kms:cn-beijing:1:key/备', bytes: bytesFor('second region', 155) },
  { kind: 2, label: '恢复密钥 #1', bytes: bytesFor('recovery', 700) },
]

export function specFor(name: string, change: Partial<GreenKeySpec> = {}): GreenKeySpec & { readonly name: string } {
  const words = (part: string) => `${name}/${part}`
  const fresh = { dataKey: bytesFor(words('data key'), 32), salt: bytesFor(words('salt'), 24) }
  return { name, suite: 1, context: CONTEXT, wrappedKeys: [KMS_KEY], ...fresh, ...change }
}

export function fieldFor(name: string, plaintext: string | Uint8Array): FieldSpec {
  return { nonce: bytesFor(`${name}/nonce`, 12), plaintext: Buffer.from(plaintext) }
}

function value(name: string, plaintext: string | Uint8Array, change: Partial<GreenKeySpec> = {}): ValueSpec {
  return { ...specFor(name, change), ...fieldFor(name, plaintext) }
}

function record(
  name: string,
  fields: Readonly<Record<string, string>>,
  change: Partial<GreenKeySpec> = {},
): RecordSpec {
  const entries = Object.entries(fields).map(([field, text]) => [field, fieldFor(`${name}/${field}`, text)])
  return { ...specFor(name, change), fields: Object.fromEntries(entries) }
}

const ofSuite = (suite: number): ValueSpec[] => [
  value(`suite ${suite}: a phone number`, '13800138000', { suite }),
  value(`suite ${suite}: nothing`, '', { suite }),
  value(`suite ${suite}: one byte, which is zero`, Buffer.alloc(1), { suite }),
  value(`suite ${suite}: bytes that are not UTF-8`, Buffer.from('ff00fe80', 'hex'), { suite }),
  value(`suite ${suite}: 1,000 bytes`, bytesFor('long', 1000), { suite }),
  value(`suite ${suite}: an empty context`, '13800138000', { suite, context: {} }),
  value(`suite ${suite}: Chinese context and text`, '浙江省杭州市', { suite, context: chinese }),
  value(`suite ${suite}: several wrapped keys, two of unknown kinds`, '13800138000', { suite, wrappedKeys: several }),
]

export const valueSpecs: readonly ValueSpec[] = [
  ...ofSuite(1),
  ...ofSuite(2),
  ...ofSuite(3),
  ...ofSuite(4),
  value('sixteen wrapped keys', 'all', {
    wrappedKeys: Array.from({ length: 16 }, (_, n) => ({ kind: 1, label: `key-${n}`, bytes: bytesFor(`key-${n}`, 1) })),
  }),
  value('the longest label and a long wrapped key', 'all', {
    wrappedKeys: [{ kind: 1, label: 'k'.repeat(255), bytes: bytesFor('long', 300) }],
  }),
]

export const recordSpecs: readonly RecordSpec[] = [1, 2, 3, 4].flatMap((suite) => [
  record(`suite ${suite}: a customer`, { phone: '13800138000', idCard: '11010519491231002X', note: '' }, { suite }),
  record(
    `suite ${suite}: Chinese names and several wrapped keys`,
    { 手机号: '13800138000', 地址: '浙江省杭州市', '\u{20bb7}': '𠮷' },
    { suite, context: chinese, wrappedKeys: several },
  ),
  record(
    `suite ${suite}: unusual names`,
    { '': 'no name', constructor: 'a', '\u00e9': 'NFC', 'e\u0301': 'NFD' },
    { suite },
  ),
])

const lengths = [0, 1, 255, 256, 257, 512, 700]

export const streamSpecs: readonly StreamSpec[] = [1, 2, 3, 4].flatMap((suite) => [
  ...lengths.map((length) => stream(`suite ${suite}: ${length} bytes in segments of 256`, length, { suite })),
  stream(`suite ${suite}: 300 bytes in a segment of 64 KiB`, 300, { suite }, 16),
  stream(`suite ${suite}: 300 bytes, Chinese context, several wrapped keys`, 300, {
    suite,
    context: chinese,
    wrappedKeys: several,
  }),
])

function stream(name: string, length: number, change: Partial<GreenKeySpec>, exponent = 8): StreamSpec {
  return { ...specFor(name, change), exponent, plaintext: bytesFor(`${name}/plaintext`, length) }
}

export function toStreamVector(spec: StreamSpec): StreamVector {
  const { exponent, plaintext } = spec
  return {
    ...inputs(spec),
    exponent,
    plaintext: hex(plaintext),
    ciphertext: hex(writeStream(spec, exponent, plaintext)),
  }
}

export function toValueVector(spec: ValueSpec): ValueVector {
  const { nonce, plaintext } = spec
  return { ...inputs(spec), plaintext: hex(plaintext), nonce: hex(nonce), ciphertext: hex(writeValue(spec)) }
}

export function toRecordVector(spec: RecordSpec): RecordVector {
  const fields = Object.entries(spec.fields).map(([name, field]) => [
    name,
    {
      plaintext: hex(field.plaintext),
      nonce: hex(field.nonce),
      ciphertext: hex(writeRecordField(spec, name, field)),
    },
  ])
  return { ...inputs(spec), fields: Object.fromEntries(fields), greenKey: hex(writeGreenKey(spec)) }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function inputs(spec: GreenKeySpec & { readonly name: string }): GreenKeyInputs {
  const { name, suite, dataKey, salt, context, wrappedKeys } = spec
  return {
    name,
    suite,
    dataKey: hex(dataKey),
    salt: hex(salt),
    context,
    wrappedKeys: wrappedKeys.map(({ kind, label, bytes }) => ({ kind, label: String(label), bytes: hex(bytes) })),
    recordKey: hex(derive(spec).key),
  }
}
