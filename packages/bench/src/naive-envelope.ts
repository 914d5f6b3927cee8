import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const KEK = randomBytes(32)
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What one writes in an afternoon: a random key for each record, wrapped by AES-256-GCM, and a call for each field. */
export function sealNaively(fields: Readonly<Record<string, string>>, aad: Uint8Array): Record<string, string> {
  const dataKey = randomBytes(32)
  const sealed: Record<string, string> = { kms_encrypt_key: seal(KEK, dataKey, aad) }
  for (const [name, text] of Object.entries(fields)) sealed[name] = seal(dataKey, Buffer.from(text), aad)
  dataKey.fill(0)
  return sealed
}

export function openNaively({ kms_encrypt_key: key = '', ...fields }: Record<string, string>, aad: Uint8Array) {
  const dataKey = open(KEK, key, aad)
  const opened: Record<string, string> = {}
  for (const [name, sealed] of Object.entries(fields)) opened[name] = open(dataKey, sealed, aad).toString()
  dataKey.fill(0)
  return opened
}

function seal(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

function open(key: Uint8Array, sealed: string, aad: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed, 'base64')
  const tagAt = bytes.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(aad).setAuthTag(bytes.subarray(tagAt))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()])
}
