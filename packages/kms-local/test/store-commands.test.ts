import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { KeyService, KeyStore } from '@parasol/kms-local'
import { expect, it, vi } from 'vitest'
import { runStoreCommand } from '../src/store-commands.js'
import { scratchFolder } from './scratch.js'

const environment = { PARASOL_KMS_BACKUP_PASSPHRASE: 'of the backup' }

/** Runs a command in this process, and gives the JSON that it prints. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv = environment): Promise<unknown[]> {
  const printed: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  try {
    expect(await runStoreCommand(args, env)).toBe(true)
  } finally {
    write.mockRestore()
  }
  return printed.map((line) => JSON.parse(line))
}

async function makeStore(folder: string): Promise<{ keyId: string; blob: Uint8Array }> {
  await using store = await KeyStore.open({ folder: join(folder, 'kms'), rootKey: { keyFile: join(folder, 'key') } })
  const service = new KeyService(store)
  const key = await service.ensureAlias('alias/app')
  await service.createKey()
  await using audit = await store.openAuditLog()
  await audit.record({ eventName: 'Encrypt', eventTime: '2030-01-01T00:00:00Z', userIdentity: {} } as never)
  return { keyId: key.metadata.id, blob: service.encrypt('alias/app', Buffer.from('text'), {}).blob }
}

it('backs up, drills, restores, archives, rekeys, and reads the audit log', async () => {
  const folder = scratchFolder()
  const { keyId, blob } = await makeStore(folder)
  const [kms, key, backup] = [join(folder, 'kms'), join(folder, 'key'), join(folder, 'backup')]
  const withKey = ['--key-file', key]
  expect(await run(['backup', kms, '--to', backup, ...withKey])).toMatchObject([{ keys: 2, versions: 2 }])
  expect(statSync(backup).mode & 0o777).toBe(0o600)
  expect(await run(['drill', backup])).toMatchObject([{ keys: 2, versions: 2, aliases: ['alias/app'], failed: [] }])
  const other = ['restore', join(folder, 'other'), '--from', backup, '--key-file', join(folder, 'other.key')]
  expect(await run(other)).toMatchObject([{ restored: { length: 3 }, same: [], kept: [] }])
  expect(await run(other)).toMatchObject([{ restored: [], same: { length: 3 }, kept: [] }])
  expect(await run(['backup', kms, '--to', join(folder, 'one'), '--key', 'alias/app', ...withKey])).toMatchObject([
    { keys: 1 },
  ])
  const archive = ['archive', kms, keyId, '--to', join(folder, 'archive'), ...withKey]
  await expect(run(archive)).rejects.toMatchObject({ code: 'KEY_UNUSABLE' })
  expect(await run(['audit', 'verify', kms, '--head', join(kms, 'audit.head'), ...withKey])).toEqual([
    { events: 1, torn: false },
  ])
  const search = ['audit', 'search', kms, '--operation', 'Encrypt', '--since', '2030-01-01', ...withKey]
  expect(await run(search)).toMatchObject([{ eventName: 'Encrypt' }])
  expect(await run([...search, '--until', '2030-01-01'])).toEqual([])
  expect(await run(['rekey', kms, ...withKey], { PARASOL_KMS_NEW_PASSPHRASE: 'new' })).toMatchObject([
    { opensBy: 'passphrase' },
  ])
  await using store = await KeyStore.open({ folder: kms, rootKey: { passphrase: () => 'new' } })
  expect(Buffer.from(new KeyService(store).decrypt(blob, {}).text).toString()).toBe('text')
})

it.each([
  [['backup', 'STORE'], /^Expected --to FILE$/],
  [['backup'], /^Expected STORE after "backup"$/],
  [['backup', 'STORE', '--to', 'f', '--form', 'x'], /^Unknown option '--form'$/],
  [['archive', 'STORE', '--to', 'f'], /^Expected STORE and KEY_ID after "archive"$/],
  [['audit', 'search', 'STORE', '--since', 'yesterday', '--key-file', 'KEY'], /^Expected a time/],
  [
    ['rekey', 'STORE', '--key-file', 'KEY'],
    /^Expected --new-key-file FILE, or a passphrase in PARASOL_KMS_NEW_PASSPHRASE$/,
  ],
])('says what was expected of %j', async (args, message) => {
  const folder = scratchFolder()
  await makeStore(folder)
  const named = args.map((arg) => ({ STORE: join(folder, 'kms'), KEY: join(folder, 'key') })[arg] ?? arg)
  await expect(run(named)).rejects.toThrow(message)
})

it('makes no store for a command that looks at one, and replaces no file', async () => {
  const folder = scratchFolder()
  await makeStore(folder)
  const none = ['backup', join(folder, 'none'), '--to', join(folder, 'f'), '--key-file', join(folder, 'key')]
  await expect(run(none)).rejects.toMatchObject({ code: 'IO', message: expect.stringMatching(/no store in/) })
  expect(existsSync(join(folder, 'none'))).toBe(false)
  const over = ['backup', join(folder, 'kms'), '--to', join(folder, 'key'), '--key-file', join(folder, 'key')]
  const before = readFileSync(join(folder, 'key'))
  await expect(run(over)).rejects.toMatchObject({ code: 'IO', reason: 'EEXIST' })
  expect(readFileSync(join(folder, 'key'))).toEqual(before)
})

it('leaves other commands to others', async () => {
  expect(await runStoreCommand(['serve', 'x'], {})).toBe(false)
  expect(await runStoreCommand(['audit'], {})).toBe(false)
  expect(await runStoreCommand([], {})).toBe(false)
})
