import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  archive,
  type BackupSeal,
  backUp,
  drill,
  KeyService,
  type KeyStore,
  passphraseSeal,
  restore,
} from '@parasol/kms-local'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeContents, encodeContents } from '../src/backup-contents.js'
import { openStore, scratchFolder } from './scratch.js'

const seal = passphraseSeal(() => 'of the backup', 2 ** 10)
const text = Buffer.from('13800138000')
const rootKeyOf = (folder: string, name = 'store') => ({ keyFile: join(folder, `${name}.key`) })

/** A store with a rotated key, a pair of keys, a MAC key, aliases and an access key. */
async function fill(store: KeyStore): Promise<{ blob: Uint8Array; accessKeyId: string }> {
  const service = new KeyService(store)
  await service.ensureAlias('alias/app')
  const { blob } = service.encrypt('alias/app', text, { row: '7' })
  await service.rotateKey('alias/app')
  await service.createKey('pair', { spec: 'EC_P256' })
  const mac = await service.createKey('mac', { spec: 'HMAC_SHA_256' })
  await service.createAlias('alias/mac', mac.metadata.id)
  await service.createKey('import', { external: {} })
  return { blob, accessKeyId: (await service.createAccessKey()).id }
}

function decrypts(store: KeyStore, blob: Uint8Array): boolean {
  return text.equals(new KeyService(store).decrypt(blob, { row: '7' }).text)
}

function backUpOf(folder: string, options: { keys?: string[]; salvage?: boolean; seal?: BackupSeal } = {}) {
  return backUp({ folder: join(folder, 'store'), rootKey: rootKeyOf(folder), seal, ...options })
}

it('backs a store up while it is open, and restores all of it into an empty one', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  const { blob, accessKeyId } = await fill(store)
  const backup = await backUpOf(folder)
  expect(backup).toMatchObject({ keys: 4, versions: 4, others: 3 })
  await using other = await openStore(folder, 'other')
  const report = await restore(other, backup.file, seal)
  expect(report.restored.length).toBe(7)
  expect([...report.same, ...report.kept, ...report.replaced]).toEqual([])
  expect(decrypts(other, blob)).toBe(true)
  expect(other.accessKey(accessKeyId)).toEqual(store.accessKey(accessKeyId))
  expect(other.keys.map(({ metadata }) => metadata)).toEqual(store.keys.map(({ metadata }) => metadata))
})

it('proves by a drill that every version of every key is in a backup', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  await fill(store)
  const { file } = await backUpOf(folder)
  expect(await drill(file, seal)).toMatchObject({
    keys: 4,
    versions: 4,
    aliases: ['alias/app', 'alias/mac'],
    accessKeys: 1,
    failed: [],
  })
})

it('says in a drill what of the live store a backup lacks, what has changed and what is gone', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  const { accessKeyId } = await fill(store)
  const service = new KeyService(store)
  const doomed = await service.ensureAlias('alias/doomed')
  await service.access.putPrincipal({ type: 'user', name: 'alice', policies: ['AliyunKMSReadOnlyAccess'] })
  const { file } = await backUpOf(folder)
  const against = { folder: join(folder, 'store'), rootKey: rootKeyOf(folder) }
  const same = { isTheSame: true, missing: [], changed: [], gone: [] }
  expect((await drill(file, seal, { against })).store).toEqual(same)
  const app = service.describeKey('alias/app').metadata.id
  await service.rotateKey('alias/app')
  const version = service.describeKey('alias/app').primaryVersion.id
  const made = await service.createKey()
  await service.createAlias('alias/new', made.metadata.id)
  await service.updateAlias('alias/mac', app)
  await service.disableKey(app)
  await service.access.putPrincipal({ type: 'user', name: 'alice', policies: ['AliyunKMSFullAccess'] })
  await service.deleteAccessKey(accessKeyId)
  await store.destroyKeys(new Set([doomed.metadata.id]))
  expect((await drill(file, seal, { against })).store).toEqual({
    isTheSame: true,
    missing: [
      `version ${version} of key ${app}`,
      `key ${made.metadata.id}`,
      `version ${made.primaryVersion.id} of key ${made.metadata.id}`,
      'alias/new',
    ],
    changed: [`key ${app}`, 'alias/mac', 'user alice'],
    gone: [
      `key ${doomed.metadata.id}`,
      `version ${doomed.primaryVersion.id} of key ${doomed.metadata.id}`,
      'alias/doomed',
      `access key ${accessKeyId}`,
    ],
  })
})

it('tells another store from the one that was backed up, and material that is not the same', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  await fill(store)
  const { file } = await backUpOf(folder)
  await using other = await openStore(folder, 'other')
  await restore(other, file, seal)
  const against = { folder: join(folder, 'other'), rootKey: rootKeyOf(folder, 'other') }
  expect((await drill(file, seal, { against })).store).toEqual({
    isTheSame: false,
    missing: [],
    changed: [],
    gone: [],
  })
  const contents = decodeContents(await seal.unseal(file))
  const longest = contents.records.toSorted((a, b) => a.content.length - b.content.length).at(-1)
  const last = longest?.content.length ?? 0
  if (longest) longest.content[last - 1] = (longest.content[last - 1] ?? 0) ^ 1
  const { store: compared } = await drill(await seal.seal(encodeContents(contents)), seal, { against })
  expect(compared?.changed).toEqual([expect.stringMatching(/^version [0-9a-f-]{36} of key [0-9a-f-]{36}$/)])
})

it('says in a drill which version has other material than was in use', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  await fill(store)
  const { file } = await backUpOf(folder)
  const contents = decodeContents(await seal.unseal(file))
  const longest = contents.records.toSorted((a, b) => a.content.length - b.content.length).at(-1)
  const last = longest?.content.length ?? 0
  if (longest) longest.content[last - 1] = (longest.content[last - 1] ?? 0) ^ 1
  const { failed } = await drill(await seal.seal(encodeContents(contents)), seal)
  expect(failed).toEqual([
    expect.stringMatching(/^version [0-9a-f-]{36} of key [0-9a-f-]{36} does not decrypt its canary$/),
  ])
  const without = { ...contents, canaries: [] }
  expect((await drill(await seal.seal(encodeContents(without)), seal)).failed.length).toBe(4)
})

it('restores into a store that has keys, overwrites nothing by itself, and reports what it left', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  const { blob } = await fill(store)
  const { file } = await backUpOf(folder)
  const service = new KeyService(store)
  const { id } = service.describeKey('alias/app').metadata
  await service.disableKey('alias/app')
  const { metadata } = await service.createKey('newer')
  await service.updateAlias('alias/mac', metadata.id)
  const kept = await restore(store, file, seal)
  expect(kept.kept).toEqual([`key ${id}`, 'alias alias/mac'])
  expect(kept.same.length).toBe(5)
  expect(service.describeKey('alias/mac').metadata.id).toBe(metadata.id)
  const replaced = await restore(store, file, seal, { overwrite: true })
  expect(replaced.replaced).toEqual([`key ${id}`, 'alias alias/mac'])
  expect(decrypts(store, blob)).toBe(true)
  expect((await restore(store, file, seal)).same.length).toBe(7)
})

it('never replaces a key that has versions which the backup lacks', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  await fill(store)
  const { file } = await backUpOf(folder)
  const service = new KeyService(store)
  await service.rotateKey('alias/app')
  const { blob } = service.encrypt('alias/app', text, { row: '7' })
  const { kept } = await restore(store, file, seal, { overwrite: true })
  expect(kept).toEqual([`key ${service.describeKey('alias/app').metadata.id}`])
  expect(decrypts(store, blob)).toBe(true)
})

it('backs up single keys with their aliases, by id, alias or ARN', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  const { blob } = await fill(store)
  const { id } = new KeyService(store).describeKey('alias/app').metadata
  for (const name of ['alias/app', id]) {
    const { file, keys, others } = await backUpOf(folder, { keys: [name] })
    expect([keys, others]).toEqual([1, 1])
    await using other = await openStore(folder, `other-${name.length}`)
    expect((await restore(other, file, seal)).restored).toEqual([`key ${id}`, 'alias alias/app'])
    expect(decrypts(other, blob)).toBe(true)
  }
  await expect(backUpOf(folder, { keys: ['alias/none'] })).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
})

it('refuses another passphrase and a backup that was changed at any place, and restores nothing of it', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  await fill(store)
  const { file } = await backUpOf(folder)
  await using empty = await openStore(folder, 'empty')
  const wrong = passphraseSeal(() => 'another')
  await expect(restore(empty, file, wrong)).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
  const refused = { code: expect.stringMatching(/^(WRONG_PASSPHRASE|STORE_DAMAGED|INVALID_INPUT)$/) }
  for (let offset = 0; offset < file.length; offset += offset < 150 ? 1 : 97) {
    const changed = Uint8Array.from(file)
    changed[offset] = (changed[offset] ?? 0) ^ 1
    await expect(restore(empty, changed, seal), `byte ${offset}`).rejects.toMatchObject(refused)
    await expect(drill(file.subarray(0, offset), seal), `cut at ${offset}`).rejects.toMatchObject(refused)
  }
  expect(empty.keys).toEqual([])
})

it('backs up what is sound of a damaged store, when that is what is asked for', async () => {
  const folder = scratchFolder()
  const store = await openStore(folder)
  const { blob } = await fill(store)
  await store[Symbol.asyncDispose]()
  const log = join(folder, 'store', 'keys.log')
  const bytes = readFileSync(log)
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1
  writeFileSync(log, bytes)
  await expect(backUpOf(folder)).rejects.toMatchObject({ code: 'STORE_DAMAGED', message: /byte \d+ of the store/ })
  const { file } = await backUpOf(folder, { salvage: true })
  await using other = await openStore(folder, 'other')
  expect((await restore(other, file, seal)).restored.length).toBe(6)
  expect(decrypts(other, blob)).toBe(true)
})

it('archives a disabled key: it goes from the store, and comes back from its file', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  const { blob } = await fill(store)
  const service = new KeyService(store)
  const { id: keyId } = service.describeKey('alias/app').metadata
  const to = join(folder, 'archive')
  const options = { folder: join(folder, 'store'), rootKey: rootKeyOf(folder), seal, keyId, to }
  await expect(archive(store, options)).rejects.toMatchObject({ code: 'KEY_UNUSABLE' })
  await service.disableKey('alias/app')
  await archive(store, options)
  expect(statSync(to).mode & 0o777).toBe(0o600)
  expect(() => service.decrypt(blob, { row: '7' })).toThrow()
  await expect(archive(store, options)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  await restore(store, readFileSync(to), seal)
  await service.enableKey(keyId)
  expect(decrypts(store, blob)).toBe(true)
})

it('keeps the key when its archive cannot be written', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  await fill(store)
  const service = new KeyService(store)
  await service.disableKey('alias/app')
  const { id: keyId } = service.describeKey('alias/app').metadata
  const to = join(folder, 'there')
  writeFileSync(to, '')
  const options = { folder: join(folder, 'store'), rootKey: rootKeyOf(folder), seal, keyId, to }
  await expect(archive(store, options)).rejects.toMatchObject({ code: 'IO', reason: 'EEXIST' })
  expect(store.key(keyId)).toBeDefined()
})

it('takes bytes for contents only if they are whole', () => {
  const records = [{ id: '00000000-0000-4000-8000-000000000001', content: Buffer.from('content') }]
  const contents = { storeId: 's', created: 'c', canaries: [], records }
  const bytes = encodeContents(contents)
  expect(decodeContents(bytes)).toEqual(contents)
  const damaged = expect.objectContaining({ code: 'STORE_DAMAGED' })
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeContents(bytes.subarray(0, length))).toThrow(damaged)
  expect(() => decodeContents(Buffer.concat([bytes, Buffer.from('x')]))).toThrow(damaged)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
      expect(() => decodeContents(any)).toThrow(damaged)
    }),
  )
})
