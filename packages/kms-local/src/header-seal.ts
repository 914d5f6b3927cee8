import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { deriveSubkey, type KeyDerivation } from './root-key.js'
import { StoreSecrets } from './store-secrets.js'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What `store.json` says in clear of how its store opens. */
export interface StoreHeader {
  readonly format: 'parasol-kms-local'
  readonly version: 1 | 2
  readonly id: string
  readonly derivation: KeyDerivation
}

/** The field of the header that only the right root key makes or opens, by the version of the store. */
export const SEALED_FIELD = { 1: 'proof', 2: 'sealed' } as const

/**
 * Seals the keys of a store under its root key: base64 of nonce, AES-256-GCM ciphertext and tag, with the header as AAD.
 * So another root key takes another header and nothing else.
 */
export function sealSecrets(header: StoreHeader, rootKey: Uint8Array, secrets: StoreSecrets): string {
  const key = deriveSubkey(rootKey, header.id, 'header')
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(JSON.stringify(header)))
  const sealed = Buffer.concat([nonce, cipher.update(secrets.bytes), cipher.final(), cipher.getAuthTag()])
  key.fill(0)
  return sealed.toString('base64')
}

/** The keys of a store; undefined if the root key is not its. */
export function openSecrets(header: StoreHeader, rootKey: Uint8Array, field: string): StoreSecrets | undefined {
  const key = deriveSubkey(rootKey, header.id, 'header')
  try {
    if (header.version === 2) return unseal(header, key, Buffer.from(field, 'base64'))
    const expected = createHmac('sha256', key).update(JSON.stringify(header)).digest()
    const given = Buffer.from(field, 'base64')
    const isRight = given.length === expected.length && timingSafeEqual(given, expected)
    return isRight ? StoreSecrets.derived(rootKey, header.id) : undefined
  } finally {
    key.fill(0)
  }
}

function unseal(header: StoreHeader, key: Uint8Array, sealed: Buffer): StoreSecrets | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(JSON.stringify(header))).setAuthTag(sealed.subarray(-TAG_BYTES))
  const bytes = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
    return new StoreSecrets(bytes)
  } catch {
    return undefined
  } finally {
    bytes.fill(0)
  }
}
