import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo, makeFolder, writeFileAtomic } from '@parasol/core/files'
import {
  deriveSubkey,
  ensureKeyFile,
  isDerivation,
  type KeyDerivation,
  newDerivation,
  openRootKey,
  type RootKeySource,
} from './root-key.js'

/** The sealed records of a store, beside its header. */
export const LOG_FILE = 'keys.log'

/** What `store.json` holds, in clear: how the root key comes about, and how to tell whether it is the right one. */
interface StoreHeader {
  readonly format: 'parasol-kms-local'
  readonly version: 1
  readonly id: string
  readonly derivation: KeyDerivation
}

/** The header of a store, and its root key, which the caller zeroes. */
export interface OpenedHeader {
  readonly id: string
  readonly rootKey: Uint8Array
}

/**
 * Opens the header of a store, or makes a new one in an empty folder.
 *
 * @throws CryptoError WRONG_PASSPHRASE, STORE_DAMAGED, IO
 */
export async function openHeader(folder: string, source: RootKeySource, scryptN: number): Promise<OpenedHeader> {
  const path = join(folder, 'store.json')
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
    return readHeader(path, text, source)
  }
  // A new header over an old log would pass for a sound store, and its keys for damaged.
  if (logSize) throw new CryptoError('STORE_DAMAGED', `"${path}" is missing beside a log: restore it from a backup`)
  await guardIo(log, () => writeFile(log, '', { mode: 0o600, flag: 'a' }))
  return createHeader(path, source, scryptN)
}

/** Makes the folder of a store, which only its owner may enter. */
export function makeStoreFolder(folder: string): Promise<void> {
  return makeFolder(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new CryptoError('IO', `The store's folder "${folder}" cannot be made (${cause.code})`, { cause })
  })
}

async function createHeader(path: string, source: RootKeySource, scryptN: number): Promise<OpenedHeader> {
  await ensureKeyFile(source)
  const header: StoreHeader = {
    format: 'parasol-kms-local',
    version: 1,
    id: randomUUID(),
    derivation: newDerivation(source, scryptN),
  }
  const rootKey = await openRootKey(source, header.derivation)
  const proven = { ...header, proof: proof(header, rootKey).toString('base64') }
  const file = { ...proven, checksum: checksum(proven) }
  await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  return { id: header.id, rootKey }
}

async function readHeader(path: string, text: string, source: RootKeySource): Promise<OpenedHeader> {
  const { checksum: expected, ...proven } = parse(path, text)
  if (checksum(proven) !== expected) throw damaged(path)
  const { proof: expectedProof, ...header } = proven
  if (!isHeader(header) || typeof expectedProof !== 'string') throw damaged(path)
  const rootKey = await openRootKey(source, header.derivation)
  const given = Buffer.from(expectedProof, 'base64')
  const computed = proof(header, rootKey)
  if (given.length === computed.length && timingSafeEqual(given, computed)) return { id: header.id, rootKey }
  rootKey.fill(0)
  const what = header.derivation.name === 'scrypt' ? 'passphrase' : 'key file'
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
  return format === 'parasol-kms-local' && version === 1 && typeof id === 'string' && isDerivation(derivation)
}

/** Tells a damaged header from a wrong passphrase. */
function checksum(header: object): string {
  return createHash('sha256').update(JSON.stringify(header)).digest('base64')
}

/** Only the right root key makes this of the header. */
function proof(header: StoreHeader, rootKey: Uint8Array): Buffer {
  const key = deriveSubkey(rootKey, header.id, 'header')
  const value = createHmac('sha256', key).update(JSON.stringify(header)).digest()
  key.fill(0)
  return value
}

function damaged(path: string): CryptoError {
  return new CryptoError('STORE_DAMAGED', `The header of the store, "${path}", is damaged: restore it from a backup`)
}
