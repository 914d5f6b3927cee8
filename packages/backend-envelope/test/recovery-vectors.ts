import { createHash } from 'node:crypto'
import { encodeContext } from '@parasol/core'
import { INFO, publicKeyOf, sealForRecovery } from './hpke-specification.js'
import { type GreenKeySpec, type WrappedKeySpec, writeGreenKey, writeList, writeValue } from './specification.js'
import { bytesFor, CONTEXT, fieldFor, hex, KMS_KEY, specFor } from './vector-set.js'

/** A value, and the secret half of the recovery key that opens it. */
export interface RecoveryVector {
  readonly name: string
  readonly recoverySecret: string
  readonly recoveryKey: string
  /** The secret key that HPKE made for this wrapping. */
  readonly ephemeral: string
  readonly dataKey: string
  readonly context: Readonly<Record<string, string>>
  readonly plaintext: string
  readonly ciphertext: string
}

/** What must not open, and what is wrong with it. */
export interface RefusedRecoveryVector {
  readonly wrong: string
  readonly recoverySecret: string
  readonly context: Readonly<Record<string, string>>
  readonly ciphertext: string
}

const SECRET = bytesFor('recovery secret', 32)
const PUBLIC = publicKeyOf(SECRET)
const ID = idOf(PUBLIC)
const PHONE = fieldFor('recovery/phone', '13800138000')

function idOf(publicKey: Uint8Array): string {
  return `x25519:${createHash('sha256').update(publicKey).digest('hex').slice(0, 16)}`
}

function kmsContextOf(context: Readonly<Record<string, string>>): Uint8Array {
  const purpose = context['parasol:purpose']
  return encodeContext(purpose === undefined ? {} : { purpose })
}

interface Wrapping {
  readonly publicKey?: Uint8Array
  readonly kmsContext?: Uint8Array
  readonly info?: Uint8Array
  readonly label?: string
  readonly kind?: number
  /** What is sealed, in the place of the data key. */
  readonly inside?: Uint8Array
}

function wrap(spec: GreenKeySpec & { readonly name: string }, change: Wrapping = {}): WrappedKeySpec {
  const { publicKey = PUBLIC, info = INFO, label = ID, kind = 2, inside = spec.dataKey } = change
  const kmsContext = change.kmsContext ?? kmsContextOf(spec.context)
  const ephemeral = bytesFor(`${spec.name}/ephemeral`, 32)
  return { kind, label, bytes: sealForRecovery({ publicKey, ephemeral, dataKey: inside, kmsContext, info }) }
}

function withRecovery(name: string, change: Partial<GreenKeySpec> = {}, wrapping: Wrapping = {}) {
  const spec = specFor(name, change)
  return { ...spec, wrappedKeys: [...spec.wrappedKeys, wrap(spec, wrapping)] }
}

function opens(name: string, spec: GreenKeySpec & { readonly name: string }): RecoveryVector {
  return {
    name,
    recoverySecret: hex(SECRET),
    recoveryKey: `x25519:${PUBLIC.toString('base64url')}`,
    ephemeral: hex(bytesFor(`${spec.name}/ephemeral`, 32)),
    dataKey: hex(spec.dataKey),
    context: spec.context,
    plaintext: hex(PHONE.plaintext),
    ciphertext: hex(writeValue({ ...spec, ...PHONE })),
  }
}

export function recoveryVectors(): readonly RecoveryVector[] {
  const first = specFor('before the KMS')
  const second = { kind: 1, label: 'acs:kms:cn-beijing:1:key/备', bytes: bytesFor('second region', 155) }
  const foreign = wrap(first, { publicKey: publicKeyOf(bytesFor('other', 32)), label: 'x25519:0000000000000000' })
  return [
    ...[1, 2].map((suite) => opens(`suite ${suite}`, withRecovery(`recovery ${suite}`, { suite }))),
    opens('no purpose and no context', withRecovery('recovery of nothing', { context: {} })),
    opens('beside a second KMS', withRecovery('recovery and KMS', { wrappedKeys: [KMS_KEY, second] })),
    opens('before the KMS, beside another recovery key', {
      ...first,
      wrappedKeys: [foreign, wrap(first), KMS_KEY],
    }),
  ]
}

const good = withRecovery('recovery')
const other = withRecovery('another recovery', {}, {})
const greenKeyBytes = writeGreenKey(good).length
const LIST_AT = 58

export function refusedRecoveryVectors(): readonly RefusedRecoveryVector[] {
  const body = writeValue({ ...good, ...PHONE }).subarray(greenKeyBytes)
  const listOf = (spec: GreenKeySpec): Buffer =>
    Buffer.concat([writeGreenKey(good).subarray(0, LIST_AT), writeList(spec), body])
  const entry = good.wrappedKeys[1] as WrappedKeySpec
  const swapped = writeList({ ...good, wrappedKeys: [KMS_KEY, other.wrappedKeys[1] as WrappedKeySpec] })
  const cut = (bytes: Uint8Array) => writeValue({ ...good, wrappedKeys: [KMS_KEY, { ...entry, bytes }], ...PHONE })
  const made = (wrong: string, wrapping: Wrapping) =>
    refused(wrong, writeValue({ ...withRecovery('recovery', {}, wrapping), ...PHONE }))
  return [
    refused('no recovery key', writeValue({ ...good, wrappedKeys: [KMS_KEY], ...PHONE })),
    made('wrapped for another recovery key, under the name of this one', { publicKey: publicKeyOf(bytesFor('x', 32)) }),
    made('under the name of another recovery key', { label: 'x25519:0000000000000000' }),
    made('as the wrapping of a KMS', { kind: 1 }),
    made('as a wrapping of kind 3', { kind: 3 }),
    made('wrapped for another purpose', { kmsContext: encodeContext({ purpose: 'customer.idCard' }) }),
    made('wrapped for no purpose', { kmsContext: encodeContext({}) }),
    made('wrapped for another use of HPKE', { info: Buffer.alloc(0) }),
    made('wrapped for version 2', { info: Buffer.concat([INFO.subarray(0, -1), Buffer.of(2)]) }),
    made('a data key of 31 bytes in it', { inside: good.dataKey.subarray(1) }),
    made('a data key of 33 bytes in it', { inside: Buffer.concat([good.dataKey, Buffer.of(0)]) }),
    made('another data key in it', { inside: other.dataKey }),
    refused(
      'the wrapping of another record in its place',
      Buffer.concat([writeGreenKey(good).subarray(0, LIST_AT), swapped, body]),
    ),
    refused('the list of another record in its place', listOf(other)),
    refused('its last byte missing', cut(entry.bytes.subarray(0, -1))),
    refused('a byte after it', cut(Buffer.concat([entry.bytes, Buffer.of(0)]))),
    refused('one byte', cut(Buffer.of(1))),
    refused('the encapsulated key alone', cut(entry.bytes.subarray(0, 32))),
    refused('an encapsulated key of low order', cut(Buffer.concat([Buffer.alloc(32), entry.bytes.subarray(32)]))),
    { ...refused('another row', writeValue({ ...good, ...PHONE })), context: { ...CONTEXT, row: '8' } },
    {
      ...refused('another purpose', writeValue({ ...good, ...PHONE })),
      context: { ...CONTEXT, 'parasol:purpose': 'customer.idCard' },
    },
    { ...refused('another secret', writeValue({ ...good, ...PHONE })), recoverySecret: hex(bytesFor('wrong', 32)) },
  ]
}

function refused(wrong: string, ciphertext: Uint8Array): RefusedRecoveryVector {
  return { wrong, recoverySecret: hex(SECRET), context: CONTEXT, ciphertext: hex(ciphertext) }
}
