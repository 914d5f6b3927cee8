import { randomBytes } from 'node:crypto'
import { GpgProvider, generateGpgKey, KeyRing, type NewKey, type NewKeyOptions } from '@parasol/backend-gpg'
import {
  readCertificates,
  readSecretKeys,
  signCleartext,
  signDetached,
  signInline,
  unlockByAny,
  verifyDetached,
  verifyInline,
} from '@parasol/backend-gpg/stateless'
import type { PrivateKey } from 'openpgp'
import type { Cell } from './matrix.js'
import { fingerprintOf, PASSPHRASE } from './tool.js'

export const TEXT: Buffer = Buffer.from('身份证 13800138000\n- dashes\n\nand a last line\n')
export const LARGE: Buffer = Buffer.concat([randomBytes(150_000), Buffer.alloc(100_000, 'text ')])

type KeySettings = Pick<NewKeyOptions, 'algorithm' | 'profile' | 'unprotected'>

const SETTINGS: Partial<Record<Cell, KeySettings>> = {
  rsa3072: { algorithm: 'rsa3072' },
  rsa4096: { algorithm: 'rsa4096' },
  nistp256: { algorithm: 'nistp256' },
  nistp384: { algorithm: 'nistp384' },
  nistp521: { algorithm: 'nistp521' },
  brainpoolP256r1: { algorithm: 'brainpoolP256r1' },
  modernCurve448: { algorithm: 'curve448' },
  modernRsa3072: { algorithm: 'rsa3072' },
  modernNistp256: { algorithm: 'nistp256' },
}

function settingsOf(cell: Cell): KeySettings {
  if (!cell.startsWith('modern')) return SETTINGS[cell] ?? {}
  // Argon2 takes a second for each part of a key: one that is locked is enough.
  return { ...SETTINGS[cell], profile: 'modern', unprotected: cell !== 'modern' }
}

/** Our half of every exchange: one key for each cell that has an algorithm of its own, and a default one. */
export class OurSide {
  readonly #keys = new Map<string, Promise<NewKey>>()

  /** Whether the cell is about the algorithm of a key. */
  hasOwnAlgorithm(cell: Cell): boolean {
    return SETTINGS[cell] !== undefined
  }

  key(cell: Cell): Promise<NewKey> {
    const settings = settingsOf(cell)
    const id = JSON.stringify(settings)
    const known = this.#keys.get(id)
    if (known) return known
    const made = generateGpgKey({ name: 'Parasol', email: 'parasol@example.com', passphrase: PASSPHRASE, ...settings })
    this.#keys.set(id, made)
    return made
  }

  /** A provider that encrypts from one of our keys to others and itself, and reads what the peer signed. */
  async provider(cell: Cell, peer: Buffer, more: Partial<ConstructorParameters<typeof GpgProvider>[0]> = {}) {
    const keyRing = KeyRing.inMemory()
    const { fingerprint, secretKey } = await this.key(cell)
    await keyRing.import(secretKey)
    const them = await fingerprintOf(peer)
    await keyRing.import(peer)
    const { profile = 'compat' } = settingsOf(cell)
    const names = { profile, recipients: [fingerprint], signer: fingerprint, verify: [them], ...more }
    return new GpgProvider({ keyRing, passphrase: () => PASSPHRASE, ...names })
  }

  async signer(cell: Cell): Promise<PrivateKey> {
    const [key] = await readSecretKeys(Buffer.from((await this.key(cell)).secretKey))
    if (!key) throw new Error('No key')
    return unlockByAny(key, [PASSPHRASE])
  }

  async sign(cell: Cell, how: 'detached' | 'detachedText' | 'inline' | 'cleartext'): Promise<Buffer> {
    const signers = [await this.signer(cell)]
    const sign = {
      detached: () => signDetached(TEXT, { signers, armor: false }),
      detachedText: () => signDetached(TEXT, { signers }),
      inline: () => signInline(TEXT, { signers }),
      cleartext: () => signCleartext(TEXT, signers),
    }[how]
    return Buffer.from(await sign())
  }

  async verify(signature: Buffer, certificate: Buffer): Promise<void> {
    const valid = await verifyDetached(TEXT, signature, await readCertificates(certificate))
    if (valid.length !== 1) throw new Error('No valid signature')
  }

  async verifyInline(message: Buffer, certificate: Buffer): Promise<Buffer> {
    const { data, signatures } = await verifyInline(message, await readCertificates(certificate))
    if (signatures.length !== 1) throw new Error('No valid signature')
    return Buffer.from(data)
  }
}
