import { createCipheriv, randomBytes } from 'node:crypto'

const KEK = randomBytes(32)

/** What one writes in an afternoon: a random key for each record, wrapped by AES-256-GCM, and a call for each field. */
export function naiveEnvelope(fields: Readonly<Record<string, string>>, aad: Uint8Array): Record<string, string> {
  const dataKey = randomBytes(32)
  const sealed: Record<string, string> = { kms_encrypt_key: seal(KEK, dataKey, aad) }
  for (const [name, text] of Object.entries(fields)) sealed[name] = seal(dataKey, Buffer.from(text), aad)
  dataKey.fill(0)
  return sealed
}

function seal(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64')
}
