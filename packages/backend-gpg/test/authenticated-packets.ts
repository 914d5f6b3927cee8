import { type CipherOCBTypes, createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { enums } from 'openpgp'
import { packet } from './packets.js'

export interface AuthenticatedOptions {
  /** `new`: version 2 of RFC 9580. `old`: the packet with which gpg 2.3 began. */
  readonly form?: 'new' | 'old'
  readonly mode?: 'ocb' | 'gcm'
  readonly chunkOctet?: number
  /** What an attacker does to the chunks, each with its tag, and the last tag. */
  readonly change?: (chunks: Buffer[]) => Buffer[]
}

const NONCE_BYTES = { ocb: 15, gcm: 12 }

/** A packet of authenticated data under the session key, written from the text of the standards. */
export function authenticatedData(sessionKey: Uint8Array, plaintext: Uint8Array, options: AuthenticatedOptions = {}) {
  const { form = 'new', mode = 'ocb', chunkOctet = 0, change = (chunks) => chunks } = options
  const isNew = form === 'new'
  const tag = isNew ? enums.packet.symEncryptedIntegrityProtectedData : enums.packet.aeadEncryptedData
  const cipher = enums.symmetric[sessionKey.length === 32 ? 'aes256' : 'aes128']
  const settings = Buffer.from([isNew ? 2 : 1, cipher, enums.aead[mode], chunkOctet])
  const info = Buffer.concat([Uint8Array.of(0xc0 | tag), settings])
  const salt = randomBytes(isNew ? 32 : NONCE_BYTES[mode])
  const ivBytes = NONCE_BYTES[mode] - 8
  const derived = Buffer.from(hkdfSync('sha256', sessionKey, salt, info, sessionKey.length + ivBytes))
  const key = isNew ? derived.subarray(0, sessionKey.length) : sessionKey
  const seal = (index: number, text: Uint8Array, more: Uint8Array): Buffer => {
    const nonce = isNew ? Buffer.concat([derived.subarray(sessionKey.length), counter(index)]) : xored(salt, index)
    const algorithm = `aes-${key.length * 8}-${mode}` as CipherOCBTypes
    const writer = createCipheriv(algorithm, key, nonce, { authTagLength: 16 })
    writer.setAAD(Buffer.concat([info, isNew ? Buffer.alloc(0) : counter(index), more]), {
      plaintextLength: text.length,
    })
    return Buffer.concat([writer.update(text), writer.final(), writer.getAuthTag()])
  }
  const chunkBytes = 2 ** (chunkOctet + 6)
  const chunks: Buffer[] = []
  for (let at = 0; at < plaintext.length; at += chunkBytes) {
    chunks.push(seal(chunks.length, plaintext.subarray(at, at + chunkBytes), Buffer.alloc(0)))
  }
  chunks.push(seal(chunks.length, Buffer.alloc(0), counter(plaintext.length)))
  return packet(tag, settings, salt, ...change(chunks))
}

function counter(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

function xored(iv: Buffer, index: number): Buffer {
  const nonce = Buffer.from(iv)
  const at = nonce.length - 8
  nonce.writeBigUInt64BE(nonce.readBigUInt64BE(at) ^ BigInt(index), at)
  return nonce
}
