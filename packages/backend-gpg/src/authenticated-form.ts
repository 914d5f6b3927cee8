import { hkdfSync } from 'node:crypto'
import { enums } from 'openpgp'
import type { ByteReader } from './byte-reader.js'

/** How the chunks of authenticated data are encrypted, as it stands before them: RFC 9580, section 5.13.2. */
export interface AuthenticatedForm {
  /** What stands there, after the version. */
  readonly header: Uint8Array
  /** As OpenPGP numbers it. */
  readonly cipher: number
  /** Of each chunk but the last. */
  readonly chunkBytes: number
  /** The parts of what a session key becomes, or undefined for a session key of another length. */
  unlock(sessionKey: Uint8Array): ChunkKey | undefined
}

/** A form that node:crypto cannot decrypt. */
export type OtherForm = Pick<AuthenticatedForm, 'header' | 'chunkBytes'> & { readonly cipher: undefined }

/** What chunks are decrypted with. */
export interface ChunkKey extends Disposable {
  readonly algorithm: string
  readonly key: Uint8Array
  nonce(index: number): Uint8Array
  /** What is authenticated with a chunk, and with the end of all if that is told how many bytes they are. */
  associated(index: number, total?: number): Uint8Array
}

interface Fields {
  readonly header: Uint8Array
  readonly tag: number
  readonly version: number
  readonly algorithm: string
  readonly keyBytes: number
}

const { symEncryptedIntegrityProtectedData: SEIPD, aeadEncryptedData: OLD } = enums.packet
const SALT_BYTES = 32
const NONCE_BYTES = { ocb: 15, gcm: 12 } as const
const MODES: ReadonlyMap<number, keyof typeof NONCE_BYTES> = new Map([
  [enums.aead.ocb, 'ocb'],
  [enums.aead.gcm, 'gcm'],
])
const KEY_BYTES: ReadonlyMap<number, number> = new Map([
  [enums.symmetric.aes128, 16],
  [enums.symmetric.aes192, 24],
  [enums.symmetric.aes256, 32],
])
/** Chunks of 4 MiB: RFC 9580 forbids to write longer ones. */
const MAX_CHUNK_OCTET = 16

/**
 * Reads the form of data that node:crypto can decrypt chunk by chunk, of version 2 or in the packet with which gpg 2.3
 * began. For another form, `header` is all that was read.
 */
export async function readForm(tag: number, version: number, body: ByteReader): Promise<AuthenticatedForm | OtherForm> {
  const settings = await body.take(3)
  const [cipher = 0, mode = 0, octet = 0] = settings
  const name = MODES.get(mode)
  const keyBytes = KEY_BYTES.get(cipher)
  const isOld = tag === OLD && version === 1 && name === 'ocb'
  if (!name || !keyBytes || octet > MAX_CHUNK_OCTET || !(isOld || (tag === SEIPD && version === 2))) {
    return { header: settings, cipher: undefined, chunkBytes: 2 ** (octet + 6) }
  }
  const header = Buffer.concat([settings, await body.take(isOld ? NONCE_BYTES[name] : SALT_BYTES)])
  const fields = { header, tag, version, algorithm: `aes-${keyBytes * 8}-${name}`, keyBytes }
  const unlock = isOld ? oldKey : derivedKey
  return {
    header,
    cipher,
    chunkBytes: 2 ** (octet + 6),
    unlock: (key) => (key.length === keyBytes ? unlock(key, fields, NONCE_BYTES[name]) : undefined),
  }
}

/** The key and the beginnings of the nonces are derived from the session key and a salt. */
function derivedKey(sessionKey: Uint8Array, fields: Fields, nonceBytes: number): ChunkKey {
  const info = associatedData(fields)
  const salt = fields.header.subarray(3)
  const derived = Buffer.from(hkdfSync('sha256', sessionKey, salt, info, fields.keyBytes + nonceBytes - 8))
  return {
    algorithm: fields.algorithm,
    key: derived.subarray(0, fields.keyBytes),
    nonce: (index) => Buffer.concat([derived.subarray(fields.keyBytes), counter(index)]),
    associated: (_index, total) => (total === undefined ? info : Buffer.concat([info, counter(total)])),
    [Symbol.dispose]: () => void derived.fill(0),
  }
}

/** The session key is the key, and the number of a chunk is in its nonce and authenticated with it. */
function oldKey(sessionKey: Uint8Array, fields: Fields): ChunkKey {
  const info = associatedData(fields)
  const key = Buffer.from(sessionKey)
  return {
    algorithm: fields.algorithm,
    key,
    nonce: (index) => withCounter(fields.header.subarray(3), index),
    associated: (index, total) =>
      Buffer.concat([info, counter(index), ...(total === undefined ? [] : [counter(total)])]),
    [Symbol.dispose]: () => void key.fill(0),
  }
}

function associatedData({ tag, version, header }: Fields): Uint8Array {
  return Uint8Array.of(0xc0 | tag, version, ...header.subarray(0, 3))
}

function withCounter(start: Uint8Array, index: number): Uint8Array {
  const nonce = Buffer.from(start)
  const at = nonce.length - 8
  nonce.writeBigUInt64BE(nonce.readBigUInt64BE(at) ^ BigInt(index), at)
  return nonce
}

function counter(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
