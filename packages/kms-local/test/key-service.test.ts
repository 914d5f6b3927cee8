import { type EncryptionContext, encodeContext } from '@parasol/core'
import { KeyService, type KeyState } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { openStore, scratchFolder } from './scratch.js'

const text = Buffer.from('13800138000')
const fault = (code: string) => expect.objectContaining({ fault: code })

async function openService(): Promise<KeyService & AsyncDisposable> {
  const store = await openStore(scratchFolder())
  return Object.assign(new KeyService(store), { [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() })
}

async function keyInState(service: KeyService, state: KeyState): Promise<string> {
  const { id } = (await service.createKey()).metadata
  if (state === 'Disabled') await service.disableKey(id)
  if (state === 'PendingDeletion') await service.scheduleKeyDeletion(id, 7)
  return id
}

type Act = (service: KeyService, keyId: string) => unknown
const acts: Readonly<Record<string, Act>> = {
  encrypt: (service, keyId) => service.encrypt(keyId, text, {}),
  generateDataKey: (service, keyId) => service.generateDataKey(keyId, 32, {}),
  describeKey: (service, keyId) => service.describeKey(keyId),
  enableKey: (service, keyId) => service.enableKey(keyId),
  disableKey: (service, keyId) => service.disableKey(keyId),
  scheduleKeyDeletion: (service, keyId) => service.scheduleKeyDeletion(keyId, 7),
  cancelKeyDeletion: (service, keyId) => service.cancelKeyDeletion(keyId),
  createAlias: (service, keyId) => service.createAlias('alias/new', keyId),
  updateAlias: (service, keyId) => service.updateAlias('alias/there', keyId),
}
const MODIFIED = 'Rejected.StateModifiedFailed'
const table: readonly [act: string, enabled: string, disabled: string, pendingDeletion: string][] = [
  ['encrypt', 'ok', 'Rejected.Disabled', 'Rejected.PendingDeletion'],
  ['generateDataKey', 'ok', 'Rejected.Disabled', 'Rejected.PendingDeletion'],
  ['describeKey', 'ok', 'ok', 'ok'],
  ['enableKey', 'ok', 'ok', MODIFIED],
  ['disableKey', 'ok', 'ok', MODIFIED],
  ['scheduleKeyDeletion', 'ok', 'ok', MODIFIED],
  ['cancelKeyDeletion', MODIFIED, MODIFIED, 'ok'],
  ['createAlias', 'ok', 'ok', MODIFIED],
  ['updateAlias', 'ok', 'ok', 'Rejected.PendingDeletion'],
]

it.each(table)('%s in the states Enabled, Disabled, PendingDeletion: %s, %s, %s', async (act, ...expected) => {
  const outcomes: string[] = []
  for (const state of ['Enabled', 'Disabled', 'PendingDeletion'] as const) {
    await using service = await openService()
    await service.ensureAlias('alias/there')
    const keyId = await keyInState(service, state)
    outcomes.push(
      await Promise.resolve()
        .then(() => acts[act]?.(service, keyId))
        .then(
          () => 'ok',
          (error) => error.fault,
        ),
    )
  }
  expect(outcomes).toEqual(expected)
})

it('decrypts in the states in which it encrypts', async () => {
  await using service = await openService()
  const keyId = await keyInState(service, 'Enabled')
  const { blob } = service.encrypt(keyId, text, {})
  await service.disableKey(keyId)
  expect(() => service.decrypt(blob, {})).toThrow(fault('Rejected.Disabled'))
  await service.scheduleKeyDeletion(keyId, 7)
  expect(() => service.decrypt(blob, {})).toThrow(fault('Rejected.PendingDeletion'))
  await service.cancelKeyDeletion(keyId)
  expect(Buffer.from(service.decrypt(blob, {}).text)).toEqual(text)
})

it('opens a ciphertext under its own context alone', async () => {
  await using service = await openService()
  const { id } = (await service.createKey()).metadata
  const contexts: EncryptionContext[] = [
    {},
    { a: 'bc' },
    { ab: 'c' },
    { a: '1&b=2' },
    { a: '1', b: '2' },
    { b: '1', a: '2' },
  ]
  const reordered: EncryptionContext = { b: '2', a: '1' }
  for (const sealed of contexts) {
    const { blob } = service.encrypt(id, text, sealed)
    for (const opened of [...contexts, reordered]) {
      const same = Buffer.from(encodeContext(sealed)).equals(Buffer.from(encodeContext(opened)))
      if (same) expect(Buffer.from(service.decrypt(blob, opened).text)).toEqual(text)
      else expect(() => service.decrypt(blob, opened)).toThrow(fault('InvalidParameter'))
    }
  }
})

it('opens no ciphertext that was changed at any byte, cut or lengthened', async () => {
  await using service = await openService()
  const { id } = (await service.createKey()).metadata
  const { blob } = service.encrypt(id, text, {})
  for (let index = 0; index < blob.length; index++) {
    const changed = Uint8Array.from(blob)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => service.decrypt(changed, {})).toThrow(fault('InvalidParameter'))
    expect(() => service.decrypt(blob.subarray(0, index), {})).toThrow(fault('InvalidParameter'))
  }
  expect(() => service.decrypt(Buffer.concat([blob, Buffer.of(0)]), {})).toThrow(fault('InvalidParameter'))
})

it('lays its ciphertexts out as the cloud does: the id of the version, IV, ciphertext, tag', async () => {
  await using service = await openService()
  const key = await service.createKey()
  const { blob } = service.encrypt(key.metadata.id, text, {})
  expect(Buffer.from(blob.subarray(0, 36)).toString()).toBe(key.primaryVersion.id)
  expect(blob.length).toBe(36 + 12 + text.length + 16)
})

it('takes text of 6,144 bytes and no more', async () => {
  await using service = await openService()
  const { id } = (await service.createKey()).metadata
  expect(service.decrypt(service.encrypt(id, Buffer.alloc(6144, 'x'), {}).blob, {}).text.length).toBe(6144)
  expect(() => service.encrypt(id, Buffer.alloc(6145), {})).toThrow(fault('InvalidParameter'))
})

it.each(['', 'one', 'alias/', 'alias/a b', 'alias/é', `alias/${'a'.repeat(250)}`])(
  'refuses the alias %j',
  async (name) => {
    await using service = await openService()
    const { id } = (await service.createKey()).metadata
    await expect(service.createAlias(name, id)).rejects.toThrow(fault('InvalidParameter'))
  },
)

it('keeps the aliases of the cloud itself to the cloud, and one alias to one key', async () => {
  await using service = await openService()
  const { id } = (await service.createKey()).metadata
  await expect(service.createAlias('alias/acs/mine', id)).rejects.toThrow(fault('Unsupported.Alias'))
  await service.createAlias('alias/one', id)
  await expect(service.createAlias('alias/one', id)).rejects.toThrow(fault('AliasAlreadyExists'))
  await service.deleteAlias('alias/one')
  await expect(service.deleteAlias('alias/one')).rejects.toThrow(fault('Forbidden.AliasNotFound'))
  await expect(service.updateAlias('alias/one', id)).rejects.toThrow(fault('Forbidden.AliasNotFound'))
  expect(() => service.encrypt('alias/one', text, {})).toThrow(fault('Forbidden.KeyNotFound'))
})

it.each(['', 'alias/none', 'none', 'acs:kms:local:0:key/none', 'acs:kms:elsewhere:0:alias/one', '__proto__'])(
  'finds no key by %j',
  async (name) => {
    await using service = await openService()
    await service.ensureAlias('alias/one')
    expect(() => service.encrypt(name, text, {})).toThrow(fault('Forbidden.KeyNotFound'))
  },
)

it('makes one key when several callers want the same alias at once', async () => {
  await using service = await openService()
  const made = await Promise.all(Array.from({ length: 5 }, () => service.ensureAlias('alias/one')))
  expect(new Set(made.map(({ metadata }) => metadata.id)).size).toBe(1)
  expect(service.keys.length).toBe(1)
})

it('lets one of two contradicting changes that come at once win', async () => {
  await using service = await openService()
  const { id } = (await service.createKey()).metadata
  const outcomes = await Promise.allSettled([
    service.scheduleKeyDeletion(id, 7),
    service.disableKey(id),
    service.createAlias('alias/late', id),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
})

it('keeps states, aliases and access keys over a restart', async () => {
  const folder = scratchFolder()
  const before = await openStore(folder)
  const service = new KeyService(before)
  const key = await service.ensureAlias('alias/one')
  const { blob } = service.encrypt('alias/one', text, { row: '7' })
  const disabled = await keyInState(service, 'Disabled')
  const accessKey = await service.createAccessKey()
  const gone = await service.createAccessKey()
  await service.deleteAccessKey(gone.id)
  await before[Symbol.asyncDispose]()
  await using after = await openStore(folder)
  const again = new KeyService(after)
  expect(Buffer.from(again.decrypt(blob, { row: '7' }).text)).toEqual(text)
  expect(again.describeKey('alias/one').metadata.id).toBe(key.metadata.id)
  expect(again.describeKey(disabled).metadata.state).toBe('Disabled')
  expect(again.access.credential(accessKey.id)).toMatchObject({ secret: accessKey.secret })
  expect(again.accessKeyIds).toEqual([accessKey.id])
})
