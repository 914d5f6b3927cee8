import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LocalKms } from '@parasol/kms-local'

/** What a store was told to keep. */
export interface Kept {
  readonly keyIds: readonly string[]
  readonly aliases: ReadonlyMap<string, string>
  /** By key id: something that the key encrypted. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

/** A sound store as bytes, with what it keeps; and how it was before its last change. */
export interface KeptStore {
  readonly files: ReadonlyMap<string, Buffer>
  readonly kept: Kept
  readonly before: Kept
  readonly logBytesBefore: number
}

export const LOG = 'keys.log'
export const HEADER = 'store.json'
export const ROOT_KEY = 'root.key'
const KEYS = 3

/** Makes a store whose last change is a new key, or a new alias. */
export async function makeStore(folder: string, last: 'key' | 'alias'): Promise<KeptStore> {
  await using kms = openKms(folder)
  const service = await kms.open()
  for (let index = 0; index < KEYS; index++) await service.ensureAlias(`alias/${index}`)
  const before = await keptBy(kms)
  const logBytesBefore = readFileSync(join(folder, LOG)).length
  if (last === 'key') await service.createKey()
  else await service.createAlias('alias/last', 'alias/0')
  const kept = await keptBy(kms)
  const names = readdirSync(folder).filter((name) => [LOG, HEADER, ROOT_KEY].includes(name))
  return { files: new Map(names.map((name) => [name, readFileSync(join(folder, name))])), kept, before, logBytesBefore }
}

export function openKms(folder: string): LocalKms {
  return new LocalKms({ folder, rootKey: { keyFile: join(folder, ROOT_KEY) }, onDamage: () => undefined })
}

async function keptBy(kms: LocalKms): Promise<Kept> {
  const service = await kms.open()
  const keyIds = service.keys.map(({ metadata }) => metadata.id)
  const blobs = new Map<string, Uint8Array>()
  for (const id of keyIds) blobs.set(id, await kms.encrypt(id, Buffer.from(id), {}))
  return { keyIds, aliases: new Map(service.aliases.map(({ name, keyId }) => [name, keyId])), blobs }
}
