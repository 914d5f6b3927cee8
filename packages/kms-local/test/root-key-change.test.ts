import { type ChildProcess, fork } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { KeyService, KeyStore, type RootKeySource } from '@parasol/kms-local'
import { FakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'
import { isBuilt, kill, nextMessage } from './processes.js'
import { scratchFolder } from './scratch.js'

const scryptN = 2 ** 10
const passphrase = (text: string): RootKeySource => ({ passphrase: () => text })
const text = Buffer.from('13800138000')

function open(folder: string, rootKey: RootKeySource): Promise<KeyStore> {
  return KeyStore.open({ folder, rootKey, scryptN })
}

/** A store with a key, and something that the key encrypted. */
async function makeStore(folder: string, rootKey: RootKeySource): Promise<Uint8Array> {
  await using store = await open(folder, rootKey)
  const service = new KeyService(store)
  await service.ensureAlias('alias/one')
  await service.createAccessKey()
  return service.encrypt('alias/one', text, {}).blob
}

function opens(store: KeyStore, blob: Uint8Array): boolean {
  return text.equals(new KeyService(store).decrypt(blob, {}).text)
}

it('opens by the new root key alone, and decrypts what it did before', async () => {
  const folder = join(scratchFolder(), 'store')
  const blob = await makeStore(folder, passphrase('old'))
  const keyFile = join(folder, '..', 'new.key')
  for (const [from, to] of [
    [passphrase('old'), passphrase('new')],
    [passphrase('new'), { keyFile }],
    [{ keyFile }, passphrase('last')],
  ] as const) {
    const store = await open(folder, from)
    await store.changeRootKey(to, scryptN)
    expect(opens(store, blob)).toBe(true)
    await new KeyService(store).createKey()
    await store[Symbol.asyncDispose]()
    await expect(open(folder, from)).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
    await using reopened = await open(folder, to)
    expect(opens(reopened, blob)).toBe(true)
    expect(reopened.damage).toEqual([])
  }
  await using store = await open(folder, passphrase('last'))
  expect(store.keys.length).toBe(4)
  expect(store.accessKeyIds.length).toBe(1)
})

it('takes its root key from another KMS, and opens nowhere else', async () => {
  const folder = join(scratchFolder(), 'store')
  const source = { kms: new FakeKms(), keyId: 'alias/root' }
  const blob = await makeStore(folder, source)
  await expect(open(folder, passphrase('old'))).rejects.toMatchObject({
    code: 'WRONG_PASSPHRASE',
    message: 'This store is opened by a KMS, not by a passphrase',
  })
  await expect(open(folder, { kms: new FakeKms(), keyId: 'alias/root' })).rejects.toMatchObject({
    code: 'DECRYPTION_FAILED',
  })
  const store = await open(folder, source)
  expect(opens(store, blob)).toBe(true)
  await store.changeRootKey(passphrase('new'), scryptN)
  await store.changeRootKey(source)
  await store[Symbol.asyncDispose]()
  await using reopened = await open(folder, source)
  expect(opens(reopened, blob)).toBe(true)
})

it('seals everything anew: the former header does not open what the store holds now', async () => {
  const folder = join(scratchFolder(), 'store')
  await makeStore(folder, passphrase('old'))
  const former = readFileSync(join(folder, 'store.json'))
  const store = await open(folder, passphrase('old'))
  await store.changeRootKey(passphrase('new'), scryptN)
  await store[Symbol.asyncDispose]()
  writeFileSync(join(folder, 'store.json'), former)
  await using mixed = await open(folder, passphrase('old'))
  expect(mixed.keys).toEqual([])
  expect(mixed.damage.length).toBeGreaterThan(0)
})

it('goes on with an audit log that was begun under the former root key', async () => {
  const folder = join(scratchFolder(), 'store')
  await using store = await open(folder, passphrase('old'))
  const event = { eventName: 'Encrypt' } as Parameters<Awaited<ReturnType<KeyStore['openAuditLog']>>['record']>[0]
  const audit = await store.openAuditLog()
  await audit.record(event)
  await store.changeRootKey(passphrase('new'), scryptN)
  await audit.record(event)
  await audit[Symbol.asyncDispose]()
  expect(await store.verifyAuditLog()).toMatchObject({ events: 2 })
})

it('changes nothing for a root key that cannot be', async () => {
  const folder = join(scratchFolder(), 'store')
  const blob = await makeStore(folder, passphrase('old'))
  const before = readFileSync(join(folder, 'store.json'))
  const store = await open(folder, passphrase('old'))
  await expect(store.changeRootKey(passphrase(''), scryptN)).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
  await expect(store.changeRootKey({ keyFile: join(folder, 'no', 'key') })).rejects.toMatchObject({ code: 'IO' })
  expect(opens(store, blob)).toBe(true)
  await store[Symbol.asyncDispose]()
  expect(readFileSync(join(folder, 'store.json'))).toEqual(before)
})

it('opens a store of version 1, and keeps its log and its audit log when its root key is changed', async () => {
  const folder = scratchFolder()
  const golden = fileURLToPath(new URL('stores/version-1', import.meta.url))
  const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8'))
  const store = join(folder, 'store')
  mkdirSync(store)
  for (const file of ['store.json', 'keys.log', 'audit.log', 'audit.head'])
    cpSync(join(golden, file), join(store, file))
  const keyFile = join(folder, 'root.key')
  cpSync(join(golden, 'root.key'), keyFile)
  chmodSync(keyFile, 0o600)
  for (const rootKey of [{ keyFile }, passphrase('new')]) {
    await using opened = await open(store, rootKey)
    const service = new KeyService(opened)
    expect(service.describeKey('alias/kept').metadata.id).toBe(expected.keyId)
    const { text } = service.decrypt(Buffer.from(expected.blob, 'base64'), expected.context)
    expect(Buffer.from(text).toString()).toBe(expected.text)
    expect(service.accessKey('LTAIgolden')).toBeDefined()
    expect(await opened.verifyAuditLog()).toEqual({ events: 1, torn: false })
    if ('keyFile' in rootKey) await opened.changeRootKey(passphrase('new'), scryptN)
  }
})

it.skipIf(!isBuilt)(
  'is opened whole by the former or the new root key when it is killed while that changes (needs build)',
  async () => {
    const folder = scratchFolder()
    const store = join(folder, 'store')
    const keyFile = (name: string): RootKeySource => ({ keyFile: join(folder, name) })
    const blob = await makeStore(store, keyFile('0.key'))
    for (let round = 0; round < 12; round++) {
      const child = startRekeyer(store, folder)
      await nextMessage(child)
      await sleep(Math.random() * 40)
      await kill(child)
      const opened = await openByAny(store, folder)
      expect(opened.damage).toEqual([])
      expect(opens(opened, blob)).toBe(true)
      await opened[Symbol.asyncDispose]()
    }
  },
  60_000,
)

/** Changes the root key from one file to the next, without end. */
function startRekeyer(store: string, folder: string): ChildProcess {
  return fork(fileURLToPath(new URL('rekeyer.mjs', import.meta.url)), [store, folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  })
}

async function openByAny(store: string, folder: string): Promise<KeyStore> {
  for (const name of ['0.key', '1.key']) {
    const opened = await open(store, { keyFile: join(folder, name) }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: expect.stringMatching(/^(WRONG_PASSPHRASE|IO)$/) })
      return undefined
    })
    if (opened) return opened
  }
  return expect.fail('neither root key opens the store')
}
