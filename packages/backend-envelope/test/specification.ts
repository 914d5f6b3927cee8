import { createCipheriv, createHash, createHmac } from 'node:crypto'
import nacl from 'tweetnacl'

/*
 * Writes what docs/format.md draws, from that page alone and without the code under test. Salts and nonces come from the
 * caller, so that it can make frozen vectors, and ciphertexts that no honest writer makes.
 */

export interface WrappedKeySpec {
  readonly kind: number
  readonly label: string | Uint8Array
  readonly bytes: Uint8Array
}

export interface GreenKeySpec {
  readonly dataKey: Uint8Array
  readonly suite: number
  readonly salt: Uint8Array
  readonly context: Readonly<Record<string, string>>
  readonly wrappedKeys: readonly WrappedKeySpec[]
  readonly version?: number
}

export interface FieldSpec {
  readonly nonce: Uint8Array
  readonly plaintext: Uint8Array
}

export function writeValue(spec: GreenKeySpec & FieldSpec): Buffer {
  return Buffer.concat([writeGreenKey(spec), writeField(spec, spec, Buffer.from([0]))])
}

export function writeGreenKey(spec: GreenKeySpec): Buffer {
  const head = Buffer.concat([Buffer.from([spec.version ?? 1, spec.suite]), spec.salt])
  return Buffer.concat([head, derive(spec).commitment, writeList(spec)])
}

export function writeRecordField(spec: GreenKeySpec, name: string, field: FieldSpec): Buffer {
  return writeField(spec, field, Buffer.concat([Buffer.from([1]), Buffer.from(name)]))
}

/** @param exponent segments have 2 to the power of it bytes of plaintext; a test may give others than are allowed */
export function writeStream(spec: GreenKeySpec, exponent: number, plaintext: Uint8Array): Buffer {
  const size = 2 ** exponent
  const count = Math.max(1, Math.ceil(plaintext.length / size))
  const segments = Array.from({ length: count }, (_, number) => {
    const segment = plaintext.subarray(number * size, (number + 1) * size)
    return writeSegment(spec, exponent, number, number === count - 1, segment)
  })
  return Buffer.concat([writeGreenKey(spec), Buffer.from([exponent]), ...segments])
}

export function writeSegment(
  spec: GreenKeySpec,
  exponent: number,
  number: number,
  last: boolean,
  plaintext: Uint8Array,
): Buffer {
  const info = Buffer.from([spec.version ?? 1, spec.suite, exponent])
  const key = kdf(derive(spec).key, 'parasol/envelope/stream', info, hashOf(spec)).subarray(0, 32)
  const nonce = Buffer.concat([Buffer.alloc(7), u32(number), Buffer.from([last ? 1 : 0])])
  return Buffer.from(sealerOf(spec)(key, nonce, plaintext, Buffer.from([2])))
}

export function writeList({ dataKey, wrappedKeys, version = 1 }: GreenKeySpec): Buffer {
  const entries = Buffer.concat([Buffer.from([wrappedKeys.length]), ...wrappedKeys.map(writeWrappedKey)])
  const tagKey = kdf(dataKey, 'parasol/envelope/wrapped-keys')
  const tag = createHmac('sha512', tagKey)
    .update(Buffer.from([version]))
    .update(entries)
    .digest()
  return Buffer.concat([entries, tag.subarray(0, 16)])
}

export function writeField(spec: GreenKeySpec, { nonce, plaintext }: FieldSpec, aad: Uint8Array): Buffer {
  return Buffer.concat([nonce, sealerOf(spec)(derive(spec).key, nonce, plaintext, aad)])
}

/** The record key and its commitment. */
export function derive({ dataKey, suite, salt, context, version = 1 }: GreenKeySpec): {
  key: Buffer
  commitment: Buffer
} {
  const info = Buffer.concat([Buffer.from([version, suite]), salt, writeContext(context)])
  const bytes = kdf(dataKey, 'parasol/envelope/record', info, hashOf({ suite }))
  return { key: bytes.subarray(0, 32), commitment: bytes.subarray(32) }
}

type Seal = (key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array) => Uint8Array

const chacha20Poly1305: Seal = (key, nonce, plaintext, aad) => {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
  cipher.setAAD(aad, { plaintextLength: plaintext.length })
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

const sealers: Readonly<Record<number, Seal>> = {
  1: (key, nonce, plaintext, aad) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  },
  2: chacha20Poly1305,
  4: chacha20Poly1305,
  3: (key, nonce, plaintext, aad) => {
    const fieldKey = createHmac('sha512', key).update(aad).digest().subarray(0, 32)
    return nacl.secretbox(plaintext, Buffer.concat([nonce, Buffer.alloc(12)]), fieldKey)
  },
}

function sealerOf({ suite }: GreenKeySpec): Seal {
  const seal = sealers[suite]
  if (seal) return seal
  throw new Error(`No suite ${suite}`)
}

function hashOf({ suite }: Pick<GreenKeySpec, 'suite'>): string {
  return suite === 4 ? 'blake2b512' : 'sha512'
}

function kdf(dataKey: Uint8Array, label: string, info: Uint8Array = Buffer.alloc(0), hash = 'sha512'): Buffer {
  return createHash(hash)
    .update(Buffer.from([0, 0, 0, 1]))
    .update(dataKey)
    .update(Buffer.from([label.length]))
    .update(label)
    .update(info)
    .digest()
}

function writeWrappedKey({ kind, label, bytes }: WrappedKeySpec): Buffer {
  const name = Buffer.from(label)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([Buffer.from([kind, name.length]), name, length, bytes])
}

function writeContext(context: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(context).map((entry) => entry.map((text) => Buffer.from(text)))
  entries.sort(([a = Buffer.alloc(0)], [b = Buffer.alloc(0)]) => Buffer.compare(a, b))
  return Buffer.concat([u32(entries.length), ...entries.flat().flatMap((part) => [u32(part.length), part])])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
