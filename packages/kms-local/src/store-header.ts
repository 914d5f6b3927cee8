import { createHash, randomUUID } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo, makeFolder, writeFileAtomic } from '@parasol/core/files'
import { openSecrets, SEALED_FIELD, type StoreHeader, sealSecrets } from './header-seal.js'
import { ensureKeyFile, isDerivation, newDerivation, OPENERS, openRootKey, type RootKeySource } from './root-key.js'
import { StoreSecrets } from './store-secrets.js'

/** The sealed records of a store, beside its header. */
export const LOG_FILE = 'keys.log'

/** The header of a store, and its keys, which the caller disposes of. */
export interface OpenedHeader {
  readonly header: StoreHeader
  readonly secrets: StoreSecrets
}

/**
 * Opens the header of a store, or makes a new one in an empty folder.
 *
 * @throws CryptoError WRONG_PASSPHRASE, STORE_DAMAGED, IO
 */
export async function openHeader(folder: string, source: RootKeySource, scryptN: number): Promise<OpenedHeader> {
  const path = headerPath(folder)
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new CryptoError('IO', `Cannot read "${path}" (${cause.code})`, { cause })
  })
  const log = join(folder, LOG_FILE)
  const logSize = await stat(log).then(
    ({ size }) => size,
    () => undefined,
  )
  if (text !== undefined) {
    if (logSize === undefined) throw new CryptoError('STORE_DAMAGED', `"${log}" is missing: restore it from a backup`)
    return openHeaderText(path, text, source)
  }
  // A new header over an old log would pass for a sound store, and its keys for damaged.
  if (logSize) throw new CryptoError('STORE_DAMAGED', `"${path}" is missing beside a log: restore it from a backup`)
  await guardIo(log, () => writeFile(log, '', { mode: 0o600, flag: 'a' }))
  return createHeader(folder, source, scryptN)
}

/**
 * Opens the header of a store that is there, and changes nothing.
 *
 * @throws CryptoError WRONG_PASSPHRASE, STORE_DAMAGED, IO
 */
export async function readHeader(folder: string, source: RootKeySource): Promise<OpenedHeader> {
  const path = headerPath(folder)
  return openHeaderText(path, await guardIo(path, () => readFile(path, 'utf8'), 'read'), source)
}

/**
 * Seals the keys of a store under another root key, in the place of the former header, whole or not at all.
 *
 * @throws CryptoError IO, after which the header is as it was before
 */
export async function replaceHeader(
  folder: string,
  id: string,
  secrets: StoreSecrets,
  root: { readonly source: RootKeySource; readonly scryptN: number },
): Promise<StoreHeader> {
  await ensureKeyFile(root.source)
  const header: StoreHeader = {
    format: 'parasol-kms-local',
    version: 2,
    id,
    derivation: await newDerivation(root.source, root.scryptN),
  }
  await writeHeader(headerPath(folder), header, secrets, root.source)
  return header
}

function headerPath(folder: string): string {
  return join(folder, 'store.json')
}

/** Makes the folder of a store, which only its owner may enter. */
export function makeStoreFolder(folder: string): Promise<void> {
  return makeFolder(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new CryptoError('IO', `The store's folder "${folder}" cannot be made (${cause.code})`, { cause })
  })
}

async function createHeader(folder: string, source: RootKeySource, scryptN: number): Promise<OpenedHeader> {
  const secrets = StoreSecrets.random()
  return { header: await replaceHeader(folder, randomUUID(), secrets, { source, scryptN }), secrets }
}

async function writeHeader(
  path: string,
  header: StoreHeader,
  secrets: StoreSecrets,
  source: RootKeySource,
): Promise<void> {
  const rootKey = await openRootKey(source, header.derivation)
  const sealed = { ...header, sealed: sealSecrets(header, rootKey, secrets) }
  rootKey.fill(0)
  const file = { ...sealed, checksum: checksum(sealed) }
  await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
}

async function openHeaderText(path: string, text: string, source: RootKeySource): Promise<OpenedHeader> {
  const { checksum: expected, ...whole } = parse(path, text)
  if (checksum(whole) !== expected) throw damaged(path)
  const { proof, sealed, ...header } = whole
  if (!isHeader(header)) throw damaged(path)
  const field = { proof, sealed }[SEALED_FIELD[header.version]]
  if (typeof field !== 'string') throw damaged(path)
  const rootKey = await openRootKey(source, header.derivation)
  const secrets = openSecrets(header, rootKey, field)
  rootKey.fill(0)
  if (secrets) return { header, secrets }
  const what = OPENERS[header.derivation.name]
  throw new CryptoError('WRONG_PASSPHRASE', `This ${what} does not open the store of "${path}"`)
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {}
  throw damaged(path)
}

function isHeader(value: object): value is StoreHeader {
  const { format, version, id, derivation } = value as Partial<StoreHeader>
  return (
    format === 'parasol-kms-local' &&
    (version === 1 || version === 2) &&
    typeof id === 'string' &&
    isDerivation(derivation)
  )
}

/** Tells a damaged header from a wrong passphrase. */
function checksum(header: object): string {
  return createHash('sha256').update(JSON.stringify(header)).digest('base64')
}

function damaged(path: string): CryptoError {
  return new CryptoError('STORE_DAMAGED', `The header of the store, "${path}", is damaged: restore it from a backup`)
}
