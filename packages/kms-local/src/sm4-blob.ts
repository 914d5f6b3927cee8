import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  getCiphers,
  getHashes,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { allocateSecret, cipherKey, type EncryptionContext, encodeContext } from '@parasol/core'
import { type BlobCipher, VERSION_BYTES } from './key-blob.js'

const IV_BYTES = 16
const TAG_BYTES = 32
const OVERHEAD = VERSION_BYTES + IV_BYTES + TAG_BYTES

/** Whether this Node's OpenSSL was built with the Chinese ciphers. */
export const hasSm4: boolean = getCiphers().includes('sm4-ctr') && getHashes().includes('sm3')

/**
 * Encrypts under SM4, encrypt-then-MAC, because Node has no SM4-GCM:
 *
 *     offset  size  field
 *     0       36    id of the key version, a UUID as text
 *     36      16    IV
 *     52      ..    SM4-CTR ciphertext
 *     -32     32    HMAC-SM3 over u64 length of the AAD, AAD, IV, ciphertext; AAD = bytes 0..36, then the encoded context
 *
 * The two keys come from the key version's by HKDF-SM3 (RFC 5869).
 */
export const sm4Blob: BlobCipher = { seal, open }

function seal(versionId: string, material: Uint8Array, plaintext: Uint8Array, context: EncryptionContext): Uint8Array {
  const keys = deriveKeys(material)
  const version = Buffer.from(versionId, 'latin1')
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('sm4-ctr', cipherKey(keys.encryption), iv)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const tag = tagOf(keys.mac, version, context, [iv, ciphertext])
  keys.all.fill(0)
  return Buffer.concat([version, iv, ciphertext, tag])
}

function open(blob: Uint8Array, material: Uint8Array, context: EncryptionContext): Uint8Array | undefined {
  if (blob.length < OVERHEAD) return undefined
  const version = blob.subarray(0, VERSION_BYTES)
  const iv = blob.subarray(VERSION_BYTES, VERSION_BYTES + IV_BYTES)
  const ciphertext = blob.subarray(VERSION_BYTES + IV_BYTES, -TAG_BYTES)
  const keys = deriveKeys(material)
  try {
    const expected = tagOf(keys.mac, version, context, [iv, ciphertext])
    if (!timingSafeEqual(expected, blob.subarray(-TAG_BYTES))) return undefined
    const opened = createDecipheriv('sm4-ctr', cipherKey(keys.encryption), iv).update(ciphertext)
    const plaintext = allocateSecret(opened.length)
    plaintext.set(opened)
    opened.fill(0)
    return plaintext
  } finally {
    keys.all.fill(0)
  }
}

function deriveKeys(material: Uint8Array): { all: Uint8Array; encryption: Uint8Array; mac: Uint8Array } {
  const all = new Uint8Array(hkdfSync('sm3', material, new Uint8Array(), 'parasol kms-local sm4 v1', 16 + 32))
  return { all, encryption: all.subarray(0, 16), mac: all.subarray(16) }
}

function tagOf(key: Uint8Array, version: Uint8Array, context: EncryptionContext, parts: readonly Uint8Array[]): Buffer {
  const associated = encodeContext(context)
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(version.length + associated.length))
  const hmac = createHmac('sm3', cipherKey(key)).update(length).update(version).update(associated)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}
