import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo, writeFileAtomic } from '@parasol/core/files'
import { type PrivateKey, type PublicKey, readKey, readPrivateKey } from 'openpgp'
import { parseFingerprint } from './fingerprint.js'
import { gpgError } from './gpg-errors.js'
import { openpgpConfig } from './openpgp-config.js'
import { parseKeys, type SkippedKey } from './parse-keys.js'

/** Where a provider finds keys, by their full fingerprints. */
export interface KeySource {
  /** @throws CryptoError KEY_NOT_FOUND, reason GPG_KEY_NOT_FOUND */
  certificate(fingerprint: string): Promise<PublicKey>
  /** Still locked. @throws CryptoError KEY_NOT_FOUND, reason GPG_SECRET_KEY_NOT_FOUND */
  secretKey(fingerprint: string): Promise<PrivateKey>
}

/** What an import did, key by key. */
export interface ImportReport {
  /** Fingerprints of keys that the ring did not have. */
  readonly added: readonly string[]
  /** Of those of which it had less: signatures, subkeys, a later expiry, a revocation, the secret part. */
  readonly updated: readonly string[]
  readonly unchanged: readonly string[]
  readonly skipped: readonly SkippedKey[]
}

/**
 * A folder of OpenPGP keys:
 *
 *     certs/<first two digits>/<other digits>   one certificate each, binary: the layout of pgp.cert.d, which `sq` reads
 *     keys/<FINGERPRINT>.asc                    secret keys, locked as they were imported, mode 0600
 *
 * `gpg --import` takes the files of both.
 */
export class KeyRing implements KeySource {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async certificate(fingerprint: string): Promise<PublicKey> {
    const digits = parseFingerprint(fingerprint)
    const certificate = await this.#readCertificate(digits)
    if (certificate) return certificate
    throw gpgError('GPG_KEY_NOT_FOUND', `The key ring "${this.#folder}" has no key ${digits}: import it`)
  }

  async secretKey(fingerprint: string): Promise<PrivateKey> {
    const digits = parseFingerprint(fingerprint)
    const key = await this.#readSecretKey(digits)
    if (key) return key
    throw gpgError('GPG_SECRET_KEY_NOT_FOUND', `The key ring "${this.#folder}" has no secret key ${digits}: import it`)
  }

  /** The fingerprints of all certificates. */
  async list(): Promise<readonly string[]> {
    const certs = join(this.#folder, 'certs')
    const folders = await readdir(certs).catch(() => [])
    const names = await Promise.all(
      folders
        .filter((folder) => /^[0-9a-f]{2}$/.test(folder))
        .map(async (folder) => (await readdir(join(certs, folder))).map((name) => `${folder}${name}`)),
    )
    return names
      .flat()
      .filter((digits) => /^[0-9a-f]{40,64}$/.test(digits))
      .map((digits) => digits.toUpperCase())
      .sort()
  }

  /**
   * Takes in every key of what gpg and others export: armored, also several blocks, or binary. Keys that the ring has
   * already are merged, so that nothing is lost.
   *
   * @throws CryptoError INVALID_INPUT, reason GPG_NO_KEYS
   */
  async import(exported: Uint8Array | string): Promise<ImportReport> {
    const { keys, skipped } = await parseKeys(exported)
    if (keys.length === 0 && skipped.length === 0) {
      throw gpgError('GPG_NO_KEYS', 'No OpenPGP keys here: export them with gpg --export or gpg --export-secret-keys')
    }
    const report = { added: [] as string[], updated: [] as string[], unchanged: [] as string[], skipped }
    for (const key of keys) report[await this.#importKey(key)].push(key.getFingerprint().toUpperCase())
    return report
  }

  async #importKey(key: PublicKey): Promise<'added' | 'updated' | 'unchanged'> {
    const fingerprint = key.getFingerprint().toUpperCase()
    const former = await this.#readCertificate(fingerprint)
    const merged = former ? await former.update(key.toPublic(), undefined, openpgpConfig) : key.toPublic()
    const changed = !former || Buffer.compare(former.write(), merged.write()) !== 0
    if (changed) await this.#write(this.#certificatePath(fingerprint), merged.write())
    const secretAdded = key.isPrivate() && (await this.#importSecretKey(fingerprint, key))
    if (!former) return 'added'
    return changed || secretAdded ? 'updated' : 'unchanged'
  }

  async #importSecretKey(fingerprint: string, key: PrivateKey): Promise<boolean> {
    const former = await this.#readSecretKey(fingerprint)
    if (former && Buffer.compare(former.write(), key.write()) === 0) return false
    const merged = former ? await former.update(key, undefined, openpgpConfig) : key
    await this.#write(this.#secretKeyPath(fingerprint), merged.armor(openpgpConfig))
    return true
  }

  async #readCertificate(fingerprint: string): Promise<PublicKey | undefined> {
    const path = this.#certificatePath(fingerprint)
    const binaryKey = await readIfThere(path)
    if (!binaryKey) return undefined
    const certificate = await readKey({ binaryKey, config: openpgpConfig }).catch(() => undefined)
    return requireFingerprint(certificate, fingerprint, path)
  }

  async #readSecretKey(fingerprint: string): Promise<PrivateKey | undefined> {
    const path = this.#secretKeyPath(fingerprint)
    const armored = await readIfThere(path)
    if (!armored) return undefined
    const key = await readPrivateKey({ armoredKey: armored.toString(), config: openpgpConfig }).catch(() => undefined)
    return requireFingerprint(key, fingerprint, path)
  }

  #certificatePath(fingerprint: string): string {
    const digits = fingerprint.toLowerCase()
    return join(this.#folder, 'certs', digits.slice(0, 2), digits.slice(2))
  }

  #secretKeyPath(fingerprint: string): string {
    return join(this.#folder, 'keys', `${fingerprint}.asc`)
  }

  async #write(path: string, content: Uint8Array | string): Promise<void> {
    await guardIo(path, () => mkdir(dirname(path), { recursive: true, mode: 0o700 }))
    await writeFileAtomic(path, content, { mode: 0o600 })
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new CryptoError('IO', `Cannot read "${path}" (${cause.code})`, { cause })
  })
}

/** A file that was put in another's place must not stand for it. */
function requireFingerprint<Key extends PublicKey>(key: Key | undefined, fingerprint: string, path: string): Key {
  if (key?.getFingerprint().toUpperCase() === fingerprint) return key
  throw new CryptoError(
    'STORE_DAMAGED',
    `"${path}" does not hold the key that it is named after: import that key again`,
  )
}
