import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateGpgKey } from '@parasol/backend-gpg'
import { LocalKms } from '@parasol/kms-local'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000 })

let folder: string
let store: readonly string[]
let keyId: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parasol-cli-kms-'))
  store = ['--store', at('kms'), '--key-file', at('kms.key')]
})
afterAll(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)
const env = { PARASOL_KMS_BACKUP_PASSPHRASE: 'of the backup' }

/** What a command prints for programs. */
async function json(args: readonly string[], environment: Record<string, string> = env) {
  const { code, stdout, stderr } = await runHere(['kms', ...args, '--json'], { env: environment })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

async function refusal(args: readonly string[], environment: Record<string, string> = env) {
  const { code, stderr } = await runHere(['kms', ...args, '--json'], { env: environment })
  return { exitCode: code, ...JSON.parse(stderr).error }
}

async function encrypt(key: string): Promise<Uint8Array> {
  await using kms = openKms('kms')
  return await kms.encrypt(key, Buffer.from('text'), {})
}

async function decrypts(blob: Uint8Array, name: string): Promise<boolean> {
  await using kms = openKms(name)
  return Buffer.from(await kms.decrypt(blob, {})).toString() === 'text'
}

function openKms(name: string): LocalKms {
  return new LocalKms({ folder: at(name), rootKey: { keyFile: at(`${name}.key`) } })
}

it('makes no store by looking at one', async () => {
  expect(await refusal(['keys', 'list', ...store])).toMatchObject({ exitCode: 7, code: 'IO' })
})

it('makes keys, and changes them through their life', async () => {
  const created = await json(['keys', 'create', '--alias', 'alias/app', '--rotation', '90d', ...store])
  expect(created).toMatchObject({ aliases: ['alias/app'], state: 'Enabled', spec: 'Aliyun_AES_256', versions: 1 })
  keyId = created.keyId
  expect(await json(['keys', 'rotate', 'alias/app', ...store])).toMatchObject({ versions: 2 })
  expect(await json(['keys', 'disable', 'alias/app', ...store])).toMatchObject({ state: 'Disabled' })
  expect(await json(['keys', 'enable', keyId, ...store])).toMatchObject({ state: 'Enabled' })
  const doomed = await json(['keys', 'schedule-deletion', 'alias/app', '--days', '7', ...store])
  expect(doomed).toMatchObject({ state: 'PendingDeletion', deleteAt: expect.stringMatching(/Z$/) })
  expect(await json(['keys', 'cancel-deletion', 'alias/app', ...store])).toMatchObject({ state: 'Enabled' })
  expect(await json(['keys', 'alias', keyId, 'alias/other', ...store])).toMatchObject({
    aliases: ['alias/app', 'alias/other'],
  })
  expect(await json(['keys', 'alias', keyId, 'alias/other', '--remove', ...store])).toMatchObject({
    aliases: ['alias/app'],
  })
  writeFileSync(at('material'), Buffer.alloc(32, 7))
  const imported = await json(['keys', 'import', at('material'), '--alias', 'alias/imported', ...store])
  expect(imported).toMatchObject({ origin: 'EXTERNAL', state: 'Enabled' })
  const { keys } = await json(['keys', 'list', ...store])
  expect(keys.map((key: { keyId: string }) => key.keyId).toSorted()).toEqual([keyId, imported.keyId].toSorted())
  const { stdout } = await runHere(['kms', 'keys', 'list', ...store])
  expect(stdout).toMatch(/^key +aliases +state .*alias\/app/s)
})

it('says what the KMS refuses', async () => {
  expect(await refusal(['keys', 'describe', 'alias/none', ...store])).toMatchObject({
    exitCode: 5,
    code: 'KEY_NOT_FOUND',
  })
  expect(await refusal(['keys', 'create', '--alias', 'alias/app', ...store])).toMatchObject({ exitCode: 2 })
  expect(await refusal(['keys', 'create', '--spec', 'DES', ...store])).toMatchObject({ code: 'INVALID_INPUT' })
  expect(await refusal(['keys', 'schedule-deletion', 'alias/app', '--days', '1', ...store])).toMatchObject({
    code: 'USAGE',
  })
  const wrong = ['--store', at('kms')]
  expect(await refusal(['keys', 'list', ...wrong], { PARASOL_KMS_PASSPHRASE: 'x' })).toMatchObject({
    code: 'WRONG_PASSPHRASE',
  })
})

it('finds the key file beside the store by itself', async () => {
  expect((await json(['keys', 'list', '--store', at('kms')])).keys.length).toBe(2)
})

it('backs up to a passphrase, drills, and restores what is missing', async () => {
  const blob = await encrypt('alias/app')
  expect(await json(['backup', '--out', at('backup'), ...store])).toMatchObject({ keys: 2, versions: 3 })
  expect(await json(['drill', at('backup')])).toMatchObject({ versions: 3, failed: [] })
  const against = ['drill', at('backup'), '--against', at('kms')]
  expect(await json(against)).toMatchObject({ store: { isTheSame: true, missing: [], changed: [], gone: [] } })
  await json(['keys', 'tag', 'alias/app', 'since=backup', ...store])
  const behind = await runHere(['kms', ...against, '--json'], { env })
  expect({ ...behind, stdout: JSON.parse(behind.stdout), stderr: JSON.parse(behind.stderr) }).toMatchObject({
    code: 8,
    stdout: { failed: [], store: { missing: [], changed: [`key ${keyId}`], gone: [] } },
    stderr: { error: { code: 'CHECKS_FAILED' } },
  })
  await json(['keys', 'tag', 'alias/app', 'since', '--remove', ...store])
  const other = ['--store', at('other'), '--key-file', at('other.key')]
  expect(await json(['restore', at('backup'), ...other])).toMatchObject({ restored: { length: 4 }, kept: [] })
  expect(await json(['restore', at('backup'), ...other])).toMatchObject({ restored: [], same: { length: 4 } })
  expect(await decrypts(blob, 'other')).toBe(true)
  const wrong = { PARASOL_KMS_BACKUP_PASSPHRASE: 'wrong' }
  expect(await refusal(['drill', at('backup')], wrong)).toMatchObject({ exitCode: 5, code: 'WRONG_PASSPHRASE' })
  expect(await refusal(['drill', at('backup')], {})).toMatchObject({ exitCode: 2, code: 'USAGE' })
  expect(await refusal(['backup', '--out', at('backup'), ...store])).toMatchObject({ exitCode: 7, code: 'IO' })
})

it('backs up to OpenPGP recipients, and restores what the right one signed', async () => {
  for (const name of ['wang', 'ops']) {
    const key = await generateGpgKey({ name, passphrase: name })
    writeFileSync(at(`${name}.key`), key.secretKey)
    writeFileSync(at(`${name}.asc`), key.certificate)
  }
  const blob = await encrypt('alias/app')
  const signed = ['--recipient', at('wang.asc'), '--sign-with', at('ops.key')]
  await json(['backup', '--out', at('pgp'), ...signed, ...store], { PARASOL_GPG_PASSPHRASE: 'ops' })
  const wang = { PARASOL_GPG_PASSPHRASE: 'wang' }
  const opened = [at('pgp'), '--decrypt-with', at('wang.key')]
  expect(await json(['drill', ...opened, '--signed-by', at('ops.asc')], wang)).toMatchObject({ failed: [] })
  const third = ['--store', at('third'), '--key-file', at('third.key')]
  expect(await json(['restore', ...opened, '--signed-by', at('ops.asc'), ...third], wang)).toMatchObject({
    restored: { length: 4 },
  })
  expect(await decrypts(blob, 'third')).toBe(true)
  expect(await refusal(['drill', ...opened, '--signed-by', at('wang.asc')], wang)).toMatchObject({ exitCode: 4 })
  expect(await refusal(['drill', ...opened], wang)).toMatchObject({ code: 'USAGE' })
  await json(['backup', '--out', at('unsigned'), '--recipient', at('wang.asc'), ...store])
  const unsigned = [at('unsigned'), '--decrypt-with', at('wang.key')]
  expect(await refusal(['drill', ...unsigned, '--signed-by', at('ops.asc')], wang)).toMatchObject({ exitCode: 4 })
  expect(await json(['drill', ...unsigned, '--unsigned'], wang)).toMatchObject({ failed: [] })
})

it('archives a disabled key, and brings it back', async () => {
  const archive = ['archive', keyId, '--out', at('archive'), ...store]
  expect(await refusal(archive)).toMatchObject({ exitCode: 5, code: 'KEY_UNUSABLE' })
  await json(['keys', 'disable', keyId, ...store])
  expect(await json(archive)).toMatchObject({ archived: keyId, versions: 2 })
  expect(await refusal(['keys', 'describe', keyId, ...store])).toMatchObject({ code: 'KEY_NOT_FOUND' })
  expect(await json(['restore', at('archive'), ...store])).toMatchObject({ restored: { length: 2 } })
  expect(await json(['keys', 'enable', keyId, ...store])).toMatchObject({ aliases: ['alias/app'] })
})

it('serves until it is told to end; its audit log can be verified and searched meanwhile', async () => {
  const stop = new AbortController()
  const args = ['kms', 'serve', '--port', '0', '--create-key', 'alias/app', ...store]
  const said: string[] = []
  const served = runHere(args, { signal: stop.signal, onOutput: (text) => said.push(text) })
  const endpoint = await vi.waitFor(() => /endpoint: (\S+)/.exec(said.join(''))?.[1] ?? expect.fail('not yet'), 20_000)
  const credentials = JSON.parse(readFileSync(at('kms/access-key.json'), 'utf8'))
  await callOnce(endpoint, credentials)
  expect(await json(['audit', 'verify', ...store])).toMatchObject({ events: 1 })
  const found = await runHere(['kms', 'audit', 'search', '--key', keyId, '--operation', 'ListKeys', ...store], { env })
  expect(found).toMatchObject({ code: 0, stdout: '' })
  const lists = await json(['audit', 'search', '--operation', 'ListKeys', '--outcome', 'ok', ...store])
  expect(lists).toMatchObject({ eventName: 'ListKeys', userIdentity: { accessKeyId: credentials.accessKeyId } })
  expect(await refusal(['keys', 'list', ...store])).toMatchObject({ exitCode: 5, code: 'LOCKED' })
  stop.abort()
  expect((await served).stderr).toBe('')
})

/** A signed request by which the keys are listed. */
async function callOnce(endpoint: string, credentials: { accessKeyId: string; accessKeySecret: string }) {
  const { signRequest } = await import('@parasol/kms-local')
  const parameters = new Map(
    Object.entries({
      Action: 'ListKeys',
      Version: '2016-01-20',
      Format: 'JSON',
      AccessKeyId: credentials.accessKeyId,
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    }),
  )
  parameters.set('Signature', signRequest('POST', parameters, credentials.accessKeySecret).toString('base64'))
  const response = await fetch(`http://${endpoint}/`, { method: 'POST', body: new URLSearchParams([...parameters]) })
  expect(response.status).toBe(200)
}

it('changes the root key', async () => {
  const blob = await encrypt('alias/app')
  expect(await json(['rekey', '--new-key-file', at('new.key'), ...store])).toMatchObject({ opensBy: at('new.key') })
  expect(await refusal(['keys', 'list', ...store])).toMatchObject({ code: 'WRONG_PASSPHRASE' })
  await using kms = new LocalKms({ folder: at('kms'), rootKey: { keyFile: at('new.key') } })
  expect(Buffer.from(await kms.decrypt(blob, {})).toString()).toBe('text')
})

it('grants access keys, users and roles, lists them and takes them away', async () => {
  const store = ['--store', at('granting'), '--key-file', at('granting.key')]
  await json(['keys', 'create', ...store])
  const granted = await json(['access', 'grant', at('app.json'), '--policy', 'crypto-user', ...store])
  expect(JSON.parse(readFileSync(at('app.json'), 'utf8')).accessKeyId).toBe(granted.accessKeyId)
  const again = await refusal(['access', 'grant', at('app.json'), '--policy', 'crypto-user', ...store])
  expect(again).toMatchObject({ exitCode: 7, code: 'IO' })
  const owned = await json(['access', 'grant', at('a.json'), '--user', 'alice', '--policy', 'assume-role', ...store])
  expect(owned).toMatchObject({ user: 'acs:ram::0:user/alice' })
  const role = ['access', 'role', 'payments', '--policy', 'read-only', ...store]
  expect(await refusal(role)).toMatchObject({ code: 'INVALID_INPUT' })
  expect(await json([...role, '--trust', 'alice'])).toMatchObject({
    arn: 'acs:ram::0:role/payments',
    trusted: ['alice'],
  })
  expect(await refusal(['access', 'revoke', '--user', 'bob', ...store])).toMatchObject({ code: 'INVALID_INPUT' })
  expect((await runHere(['kms', 'access', 'revoke', ...store])).code).toBe(2)
  await json(['access', 'revoke', '--role', 'payments', ...store])
  const { accessKeys, principals } = await json(['access', 'list', ...store])
  expect(accessKeys).toEqual(expect.arrayContaining([granted.accessKeyId, owned.accessKeyId]))
  expect(principals).toMatchObject([{ type: 'user', name: 'alice', policies: ['AliyunSTSAssumeRoleAccess'] }])
})
