import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { allocateSecret, CryptoError, type CryptoProvider } from '@parasol/core'
import { damagedBackup } from './backup-contents.js'
import { isDerivation, type KeyDerivation, newDerivation, openRootKey, SCRYPT_N } from './root-key.js'

/** What the contents of a backup are sealed by. */
export interface BackupSeal {
  /** The backup file. */
  seal(contents: Uint8Array): Promise<Uint8Array>
  /** The contents, which the caller zeroes. @throws CryptoError */
  unseal(file: Uint8Array): Promise<Uint8Array>
}

const FORMAT = 'parasol-kms-backup'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals by a passphrase. The file is a line of JSON, `{"format":"parasol-kms-backup","version":1,"derivation":…}`, then
 * nonce, AES-256-GCM ciphertext and tag under the key that scrypt makes of the passphrase; the AAD is the line.
 */
export function passphraseSeal(passphrase: () => string | Promise<string>, scryptN: number = SCRYPT_N): BackupSeal {
  const source = { passphrase }
  return {
    async seal(contents) {
      const derivation = await newDerivation(source, scryptN)
      const head = Buffer.from(`${JSON.stringify({ format: FORMAT, version: 1, derivation })}\n`)
      const key = await openRootKey(source, derivation)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(head)
      const file = Buffer.concat([head, nonce, cipher.update(contents), cipher.final(), cipher.getAuthTag()])
      key.fill(0)
      return file
    },
    async unseal(file) {
      const { head, body, derivation } = readHead(file)
      const key = await openRootKey(source, derivation)
      try {
        return open(key, head, body)
      } finally {
        key.fill(0)
      }
    },
  }
}

/**
 * Seals by a scheme, such as OpenPGP: the file is what the scheme makes of the contents. Without a signature anybody who
 * knows the recipients can make a backup, so use a scheme that demands one.
 */
export function providerSeal(provider: Pick<CryptoProvider, 'encrypt' | 'decrypt'>): BackupSeal {
  return {
    seal: (contents) => provider.encrypt(contents, {}),
    unseal: (file) => {
      if (!isPassphraseSealed(file)) return provider.decrypt(file, {})
      throw new CryptoError('INVALID_INPUT', 'This backup is sealed by a passphrase')
    },
  }
}

/** Whether a backup file opens by a passphrase. */
export function isPassphraseSealed(file: Uint8Array): boolean {
  return Buffer.from(file.subarray(0, 1)).toString('latin1') === '{'
}

function readHead(file: Uint8Array): { head: Buffer; body: Buffer; derivation: KeyDerivation } {
  if (!isPassphraseSealed(file)) throw new CryptoError('INVALID_INPUT', 'This backup is not sealed by a passphrase')
  const view = Buffer.from(file.buffer, file.byteOffset, file.length)
  const end = view.indexOf('\n') + 1
  const { format, version, derivation } = parse(view.toString('utf8', 0, end))
  if (format !== FORMAT || version !== 1) throw damagedBackup('is not of a version that is known')
  if (!isDerivation(derivation) || derivation.name !== 'scrypt') throw damagedBackup('does not say how it opens')
  if (view.length < end + NONCE_BYTES + TAG_BYTES) throw damagedBackup('ends before its contents')
  return { head: view.subarray(0, end), body: view.subarray(end), derivation }
}

function parse(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {}
  throw damagedBackup('has no head that can be read')
}

function open(key: Uint8Array, head: Buffer, body: Buffer): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(head).setAuthTag(body.subarray(-TAG_BYTES))
  const opened = decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
    const contents = allocateSecret(opened.length)
    contents.set(opened)
    return contents
  } catch {
    throw new CryptoError('WRONG_PASSPHRASE', 'This passphrase does not open the backup, or the backup was changed')
  } finally {
    opened.fill(0)
  }
}
