import { readFileSync } from 'node:fs'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError, DataKey, type EncryptionContext, type Kms } from '@parasol/core'
import type { Finding, Proof } from '../proof.js'

const FOLDER = new URL('../../../packages/backend-envelope/test/vectors/', import.meta.url)

export const golden: Proof = {
  name: 'golden',
  claim:
    'Envelope values, records and streams as they were frozen are read, and those that were made to be refused are refused',
  goal: 'read = vectors, refused = hostile',
  measure: () => readAll((dataKey) => dataKey),
  /** With other data keys nothing can be read. */
  control: () => readAll((dataKey) => dataKey.map((byte) => byte ^ 1)),
}

interface Vector {
  readonly dataKey: string
  readonly context: EncryptionContext
  readonly plaintext?: string
  readonly ciphertext?: string
  readonly stream?: string
  readonly greenKey?: string
  readonly fields?: Readonly<Record<string, string | { readonly plaintext: string; readonly ciphertext: string }>>
}

type Change = (dataKey: Uint8Array) => Uint8Array

async function readAll(change: Change): Promise<Finding> {
  const values = load('values').map((vector) => ({ vector, open: () => openValue(vector, change) }))
  const records = load('records').map((vector) => ({ vector, open: () => openRecord(vector, change) }))
  const streams = load('streams').map((vector) => ({
    vector,
    open: () => openStream(vector, vector.ciphertext, change),
  }))
  const sound = [...values, ...records, ...streams]
  const hostile = load('refused')
  const figures = { vectors: sound.length, read: 0, hostile: hostile.length, refused: 0 }
  for (const { vector, open } of sound) if ((await open().catch(() => '')) === expected(vector)) figures.read++
  for (const vector of hostile) if (await isRefused(vector, change)) figures.refused++
  return { figures, holds: figures.read === figures.vectors && figures.refused === figures.hostile }
}

function load(name: string): readonly Vector[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'))
}

function expected({ plaintext, fields = {} }: Vector): string {
  if (plaintext !== undefined) return `read ${plaintext}`
  return `read ${Object.entries(fields).map(([name, field]) => [name, typeof field === 'string' ? '' : field.plaintext])}`
}

async function openValue({ dataKey, context, ciphertext = '' }: Vector, change: Change): Promise<string> {
  return `read ${hex(await providerOf(change(bytes(dataKey))).decrypt(bytes(ciphertext), context))}`
}

async function openRecord({ dataKey, context, greenKey = '', fields = {} }: Vector, change: Change): Promise<string> {
  const sealed = Object.entries(fields).map(([name, field]): [string, Uint8Array] => [
    name,
    bytes(typeof field === 'string' ? field : field.ciphertext),
  ])
  const record = { key: bytes(greenKey), fields: new Map(sealed) }
  const opened = await providerOf(change(bytes(dataKey))).decryptRecord(record, context)
  return `read ${[...opened].map(([name, plaintext]) => [name, hex(plaintext)])}`
}

async function openStream({ dataKey, context }: Vector, stream = '', change: Change): Promise<string> {
  const chunks: Uint8Array[] = []
  const provider = providerOf(change(bytes(dataKey)))
  for await (const chunk of provider.decryptStream(inPieces(bytes(stream)), context)) chunks.push(chunk)
  return `read ${hex(Buffer.concat(chunks))}`
}

async function isRefused(vector: Vector, change: Change): Promise<boolean> {
  const open = vector.stream !== undefined ? openStream(vector, vector.stream, change) : openOther(vector, change)
  return open.then(
    () => false,
    (error) => CryptoError.is(error) && error.code === 'DECRYPTION_FAILED',
  )
}

function openOther(vector: Vector, change: Change): Promise<string> {
  return vector.greenKey === undefined ? openValue(vector, change) : openRecord(vector, change)
}

function providerOf(dataKey: Uint8Array): EnvelopeProvider {
  return new EnvelopeProvider({ kms: kmsThatUnwraps(dataKey), keyId: 'alias/parasol' })
}

/** Whatever is unwrapped, it is this data key. */
function kmsThatUnwraps(dataKey: Uint8Array): Kms {
  const nothing = async (): Promise<never> => {
    throw new CryptoError('UNSUPPORTED', 'Frozen values are only read')
  }
  return {
    maxPlaintextBytes: 4608,
    encrypt: nothing,
    generateDataKey: async () => new DataKey(new Uint8Array(1), Uint8Array.from(dataKey)),
    decrypt: async () => Uint8Array.from(dataKey),
  }
}

async function* inPieces(all: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < all.length; at += 100) yield all.subarray(at, at + 100)
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'hex')
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex')
}
