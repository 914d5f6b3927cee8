import { CryptoError } from '@parasol/core'
import { armor, enums, type PrivateKey, type PublicKey, readKey, readPrivateKey, revokeKey } from 'openpgp'
import { parseFingerprint } from './fingerprint.js'
import { gpgError } from './gpg-errors.js'
import { FolderKeyFiles, type KeyFiles, MemoryKeyFiles } from './key-files.js'
import type { KeySummary } from './key-summary.js'
import { mergeCertificates, mergeSecretKeys } from './merge-keys.js'
import { openpgpConfig } from './openpgp-config.js'
import { type ParsedKeys, parseKeys, type Revocation, type SkippedKey } from './parse-keys.js'
import { RingIndex } from './ring-index.js'
import { isSealed } from './sealed-key-files.js'
import { relockKey } from './unlock-key.js'
import { shown } from './usable-key.js'

/** Where a provider finds keys, by their full fingerprints. */
export interface KeySource {
  /** @throws CryptoError KEY_NOT_FOUND, reason GPG_KEY_NOT_FOUND */
  certificate(fingerprint: string): Promise<PublicKey>
  /** Still locked. @throws CryptoError KEY_NOT_FOUND, reason GPG_SECRET_KEY_NOT_FOUND */
  secretKey(fingerprint: string): Promise<PrivateKey>
}

/** A key of the ring, and whether its secret key is there. */
export interface RingEntry extends KeySummary {
  readonly secret: boolean
}

/** What an import did, key by key. */
export interface ImportReport {
  /** Fingerprints of keys that the ring did not have. */
  readonly added: readonly string[]
  /** Of those of which it had less: signatures, subkeys, a later expiry, a revocation, the secret part. */
  readonly updated: readonly string[]
  readonly unchanged: readonly string[]
  readonly skipped: readonly SkippedKey[]
  /** Of those whose secret part came without a passphrase, and is kept so. */
  readonly unprotected: readonly string[]
}

type Outcome = 'added' | 'updated' | 'unchanged'

/**
 * A folder of OpenPGP keys:
 *
 *     certs/<first two digits>/<other digits>   one certificate each, binary: the layout of pgp.cert.d, which `sq` reads
 *     keys/<FINGERPRINT>.asc                    secret keys, locked as they were imported, mode 0600
 *     revocations/<FINGERPRINT>.rev             revocation certificates of keys that were made here
 *     index.json                                what lists show, kept because parsing takes seconds; not needed
 *
 * `gpg --import` takes the files of both. Keys are found by their full fingerprints only.
 */
export class KeyRing implements KeySource {
  readonly #files: KeyFiles
  readonly #index: RingIndex
  #importing: Promise<unknown> = Promise.resolve()

  /** Nothing is read or written before it is needed. */
  constructor(folder: string | KeyFiles) {
    this.#files = typeof folder === 'string' ? new FolderKeyFiles(folder) : folder
    this.#index = new RingIndex(this.#files)
  }

  /** A ring without a folder, for keys that come from elsewhere. */
  static inMemory(): KeyRing {
    return new KeyRing(new MemoryKeyFiles())
  }

  async certificate(fingerprint: string): Promise<PublicKey> {
    const digits = parseFingerprint(fingerprint)
    const certificate = await this.#readCertificate(digits)
    if (certificate) return certificate
    throw notFound(digits)
  }

  /** With what the certificate has learnt since: a later expiry, a revocation. */
  async secretKey(fingerprint: string): Promise<PrivateKey> {
    const digits = parseFingerprint(fingerprint)
    const key = await this.#requireSecretKey(digits)
    const certificate = await this.#readCertificate(digits)
    return certificate ? mergeCertificates(key, certificate) : key
  }

  /** The fingerprints of all certificates, sorted. */
  async list(): Promise<readonly string[]> {
    const paths = await this.#files.list('certs')
    const names = paths.map((path) => /^certs[/\\]([0-9a-f]{2})[/\\]([0-9a-f]{38}|[0-9a-f]{62})$/.exec(path))
    return names.flatMap((match) => (match ? [`${match[1]}${match[2]}`.toUpperCase()] : [])).sort()
  }

  /** Every key as lists show it, sorted by fingerprint; of keys that did not change since, without reading them. */
  async summaries(): Promise<readonly RingEntry[]> {
    const fingerprints = await this.list()
    const paths = new Map(fingerprints.map((digits) => [digits, certificatePath(digits)]))
    const secret = new Set((await this.#files.list('keys')).map((path) => path.replaceAll('\\', '/')))
    const summaries = await this.#index.summaries(paths, (digits) => this.certificate(digits))
    return summaries.map((summary) => ({ ...summary, secret: secret.has(secretKeyPath(summary.fingerprint)) }))
  }

  /**
   * Takes in every key and revocation of what gpg and others export: armored, also several blocks with text around them,
   * or binary. Keys that the ring has already are merged, so that nothing is lost; a damaged file of one is replaced.
   * Imports wait for each other, also those of other processes.
   *
   * @throws CryptoError INVALID_INPUT, reason GPG_NO_KEYS
   */
  import(exported: Uint8Array | string): Promise<ImportReport> {
    const importing = this.#importing.then(() => this.#import(exported))
    this.#importing = importing.catch(() => undefined)
    return importing
  }

  /**
   * Locks a secret key under another passphrase; `from` is not needed for a key that has none.
   *
   * @throws CryptoError KEY_NOT_FOUND; WRONG_PASSPHRASE, also for an empty new one: the key is then as it was
   */
  async changePassphrase(fingerprint: string, from: string, to: string): Promise<void> {
    const digits = parseFingerprint(fingerprint)
    if (to === '') throw gpgError('GPG_PASSPHRASE_REQUIRED', 'The new passphrase of an OpenPGP key must not be empty')
    await this.change(digits, (key) => relockKey(key, from, to))
  }

  /** Changes a secret key, and its certificate with it, while no other process does. @throws CryptoError KEY_NOT_FOUND */
  async change(fingerprint: string, change: (key: PrivateKey) => Promise<PrivateKey>): Promise<void> {
    const digits = parseFingerprint(fingerprint)
    await this.#files.exclusively(async () => {
      const changed = await change(await this.secretKey(digits))
      await this.#files.write(secretKeyPath(digits), Buffer.from(changed.armor(openpgpConfig)))
      await this.#importCertificate(changed.toPublic())
    })
  }

  /**
   * Takes a key out of the ring, or its secret part alone; its revocation certificate stays.
   *
   * @throws CryptoError KEY_NOT_FOUND; KEY_UNUSABLE, reason GPG_KEY_SECRET, for a key whose secret part is here, unless that
   *   is to go as well: nothing else may have it
   */
  async remove(fingerprint: string, what: 'certificate' | 'secretKey' | 'both'): Promise<void> {
    const digits = parseFingerprint(fingerprint)
    await this.#files.exclusively(async () => {
      const [certificate, secret] = [certificatePath(digits), secretKeyPath(digits)]
      const isSecret = (await this.#files.read(secret)) !== undefined
      if (what === 'secretKey' && !isSecret) throw noSecret(digits)
      if (what !== 'secretKey' && !(await this.#files.read(certificate))) throw notFound(digits)
      if (what === 'certificate' && isSecret) throw hasSecret(digits)
      if (what !== 'certificate') await this.#files.remove(secret)
      if (what !== 'secretKey') await this.#files.remove(certificate)
    })
  }

  /** Keeps a revocation certificate, with a colon before it so that nobody imports it by mistake. */
  async keepRevocation(fingerprint: string, revocationCertificate: string): Promise<void> {
    const warning = 'Whoever imports this ends the life of the key. To do so, remove the colon below.\n\n:'
    const path = `revocations/${parseFingerprint(fingerprint)}.rev`
    await this.#files.exclusively(() => this.#files.write(path, Buffer.from(warning + revocationCertificate)))
  }

  async #import(exported: Uint8Array | string): Promise<ImportReport> {
    const { keys, revocations, skipped } = await parseKeys(exported)
    if (keys.length + revocations.length === 0 && isKeybox(exported)) {
      throw gpgError('GPG_KEYBOX', 'This is where gpg keeps its keys: export them with gpg --export')
    }
    if (keys.length + revocations.length + skipped.length === 0) {
      throw gpgError('GPG_NO_KEYS', 'No OpenPGP keys here: export them with gpg --export or gpg --export-secret-keys')
    }
    return this.#files.exclusively(() => this.#take({ keys, revocations, skipped }))
  }

  async #take({ keys, revocations, skipped }: ParsedKeys): Promise<ImportReport> {
    const report = { added: [] as string[], updated: [] as string[], unchanged: [] as string[] }
    for (const key of keys) report[await this.#importKey(key)].push(shown(key))
    const refused: SkippedKey[] = []
    for (const revocation of revocations) {
      const outcome = await this.#importRevocation(revocation)
      if (outcome) report[outcome].push(revocation.fingerprint)
      else
        refused.push({ position: revocation.position, why: 'A revocation that is not valid for any key in the ring' })
    }
    const unprotected = keys.filter((key) => key.isPrivate() && key.isDecrypted()).map(shown)
    return { ...report, skipped: [...skipped, ...refused], unprotected }
  }

  async #importKey(key: PublicKey): Promise<Outcome> {
    const outcome = await this.#importCertificate(key.toPublic())
    const secretAdded = key.isPrivate() && (await this.#importSecretKey(key))
    return outcome === 'unchanged' && secretAdded ? 'updated' : outcome
  }

  async #importCertificate(certificate: PublicKey): Promise<Outcome> {
    const former = await unlessDamaged(this.#readCertificate(shown(certificate)))
    const merged = former ? await mergeCertificates(former, certificate) : certificate
    if (former && Buffer.compare(former.write(), merged.write()) === 0) return 'unchanged'
    await this.#files.write(certificatePath(shown(certificate)), merged.write())
    return former ? 'updated' : 'added'
  }

  async #importSecretKey(key: PrivateKey): Promise<boolean> {
    const former = await unlessDamaged(this.#readSecretKey(shown(key)))
    const merged = former ? await mergeSecretKeys(former, key) : key
    if (former && Buffer.compare(former.write(), merged.write()) === 0) return false
    await this.#files.write(secretKeyPath(shown(key)), Buffer.from(merged.armor(openpgpConfig)))
    return true
  }

  async #importRevocation({ fingerprint, packet }: Revocation): Promise<Outcome | undefined> {
    const key = await unlessDamaged(this.#readCertificate(fingerprint))
    if (!key) return undefined
    if (await key.isRevoked(undefined, undefined, undefined, openpgpConfig)) return 'unchanged'
    try {
      const revocationCertificate = armorPacket(packet)
      const { publicKey } = await revokeKey({ key, revocationCertificate, format: 'object', config: openpgpConfig })
      return await this.#importCertificate(publicKey)
    } catch (error) {
      if (CryptoError.is(error)) throw error
      return undefined
    }
  }

  async #requireSecretKey(digits: string): Promise<PrivateKey> {
    const key = await this.#readSecretKey(digits)
    if (key) return key
    throw noSecret(digits)
  }

  async #readCertificate(fingerprint: string): Promise<PublicKey | undefined> {
    const path = certificatePath(fingerprint)
    const content = await this.#files.read(path)
    if (!content) return undefined
    // Binary as we write it, or armored as other programs may.
    const input = content[0] === 0x2d ? { armoredKey: Buffer.from(content).toString() } : { binaryKey: content }
    const certificate = await readKey({ ...input, config: openpgpConfig } as never).catch(() => undefined)
    return this.#requireFingerprint(certificate, fingerprint, path)
  }

  async #readSecretKey(fingerprint: string): Promise<PrivateKey | undefined> {
    const path = secretKeyPath(fingerprint)
    const content = await this.#files.read(path)
    if (!content) return undefined
    if (isSealed(content)) throw sealedElsewhere(this.#files.describe(path))
    const armoredKey = Buffer.from(content).toString()
    const key = await readPrivateKey({ armoredKey, config: openpgpConfig }).catch(() => undefined)
    return this.#requireFingerprint(key, fingerprint, path)
  }

  /** A file that was put in another's place must not stand for it. */
  #requireFingerprint<Key extends PublicKey>(key: Key | undefined, fingerprint: string, path: string): Key {
    if (key && shown(key) === fingerprint) return key
    const place = this.#files.describe(path)
    throw new CryptoError('STORE_DAMAGED', `"${place}" does not hold the key that it is named after: import it again`)
  }
}

function notFound(digits: string): CryptoError {
  return gpgError('GPG_KEY_NOT_FOUND', `The key ring has no key ${digits}: import it`)
}

function noSecret(digits: string): CryptoError {
  return gpgError('GPG_SECRET_KEY_NOT_FOUND', `The key ring has no secret key ${digits}: import it`)
}

function hasSecret(digits: string): CryptoError {
  return gpgError('GPG_KEY_SECRET', `The secret part of ${digits} is in the ring: take it away as well, or leave both`)
}

function sealedElsewhere(place: string): CryptoError {
  return gpgError(
    'GPG_KEY_SEALED',
    `"${place}" is sealed by a use case: name it with "sealedBy", or open the ring by it`,
  )
}

/** The `pubring.kbx` of gpg. */
function isKeybox(exported: Uint8Array | string): boolean {
  const beginning = typeof exported === 'string' ? exported.slice(0, 12) : Buffer.from(exported.subarray(0, 12))
  return beginning.toString().endsWith('KBXf')
}

async function unlessDamaged<Key>(reading: Promise<Key | undefined>): Promise<Key | undefined> {
  try {
    return await reading
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'STORE_DAMAGED') return undefined
    throw error
  }
}

function armorPacket(packet: Uint8Array): string {
  return armor(enums.armor.publicKey, packet, undefined, undefined, undefined, undefined, openpgpConfig)
}

function certificatePath(fingerprint: string): string {
  const digits = fingerprint.toLowerCase()
  return `certs/${digits.slice(0, 2)}/${digits.slice(2)}`
}

function secretKeyPath(fingerprint: string): string {
  return `keys/${fingerprint}.asc`
}
