import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000 })

const SECRET = '13800138000'
const PASSPHRASE = 'correct horse'
const env = { PARASOL_OFFICER_PASSPHRASE: PASSPHRASE }
const folder = mkdtempSync(join(tmpdir(), 'parasol-recovery-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
const config = ['--config', at('parasol.yaml')]
const phone = ['-u', 'customer.phone', '-c', 'customerId=7']
const opening = (officer: string) => ['--message', at('recovery.asc'), '--officer-key', at(`${officer}.key`)]
const decrypting = ['recovery', 'decrypt', '--purpose', 'customer.phone', '-c', 'customerId=7']

let publicKey = ''
let token = ''

beforeAll(async () => {
  for (const name of ['wang', 'li', 'stranger']) {
    const { certificate, secretKey } = await generateGpgKey({ name, passphrase: PASSPHRASE })
    writeFileSync(at(`${name}.asc`), certificate)
    writeFileSync(at(`${name}.key`), secretKey)
  }
  const officers = ['--officer', at('wang.asc'), '--officer', at('li.asc')]
  const made = await runHere(['recovery', 'init', ...officers, '--out', at('recovery.asc'), '--json'])
  publicKey = JSON.parse(made.stdout).publicKey
  writeConfig(`, recovery: [{ publicKey: '${publicKey}' }]`)
  token = (await runHere(['encrypt', ...config, ...phone, SECRET])).stdout.trim()
  writeFileSync(at('scan'), SECRET.repeat(30_000))
  await runHere(['encrypt', ...config, ...phone, '--in', at('scan'), '--out', at('scan.enc')])
}, 60_000)

function writeConfig(recovery: string): void {
  writeFileSync(
    at('parasol.yaml'),
    `version: 1
kms:
  own: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol] }
schemes:
  envelope: { kms: own, keyId: alias/parasol${recovery} }
  kms-direct: { kms: own, keyId: alias/parasol }
useCases:
  customer.phone: { scheme: envelope }
  customer.mobile: { scheme: envelope, purpose: customer.phone }
  customer.idCard: { scheme: kms-direct }
`,
  )
}

it('writes the secret half for the officers alone, as a message that says nothing of it', () => {
  const message = readFileSync(at('recovery.asc'), 'utf8')
  expect(message).toMatch(/^-----BEGIN PGP MESSAGE-----/)
  expect(message).not.toContain('secret')
  expect(publicKey).toMatch(/^x25519:[\w-]{43}$/)
})

it.each(['wang', 'li'])('lets %s alone decrypt without the KMS and without a configuration', async (officer) => {
  const ended = await runHere([...decrypting, ...opening(officer), token], { env })
  expect(ended).toEqual({ code: 0, stdout: SECRET, stderr: '' })
  const json = await runHere([...decrypting, ...opening(officer), '--json'], { env, input: token })
  expect(JSON.parse(json.stdout)).toEqual({ text: SECRET })
})

it('decrypts a file', async () => {
  const files = ['--in', at('scan.enc'), '--out', at('copy')]
  expect(await runHere([...decrypting, ...opening('li'), ...files], { env })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  })
  expect(readFileSync(at('copy')).equals(readFileSync(at('scan')))).toBe(true)
})

it('takes the recovery key from a pipe, as gpg prints it', async () => {
  const input = await decryptMessage()
  const args = [...decrypting, '--key-from-stdin']
  expect(await runHere([...args, token], { input })).toEqual({ code: 0, stdout: SECRET, stderr: '' })
  const piped = await runHere(args, { input: token })
  expect(piped).toMatchObject({ code: 2, stderr: expect.stringContaining('The pipe brings the recovery key') })
})

it.each([
  ['another context', [...decrypting.slice(0, -1), 'customerId=8', ...opening('li')], 4],
  [
    'another purpose',
    ['recovery', 'decrypt', '--purpose', 'customer.idCard', '-c', 'customerId=7', ...opening('li')],
    4,
  ],
  ['somebody who is no officer', [...decrypting, ...opening('stranger')], 4],
  ['no way to the recovery key', decrypting, 2],
  ['a message without a secret key', [...decrypting, ...opening('li').slice(0, 2)], 2],
])('decrypts nothing for %s', async (_, args, code) => {
  const ended = await runHere([...args, token], { env })
  expect(ended).toMatchObject({ code, stdout: '' })
  expect(ended.stderr).toMatch(/^error: [^\n]+\n$/)
})

it('says that a passphrase is wrong, or missing where nobody can be asked', async () => {
  const wrong = await runHere([...decrypting, ...opening('li'), token], { env: { PARASOL_OFFICER_PASSPHRASE: 'x' } })
  const missing = await runHere([...decrypting, ...opening('li'), token])
  expect([wrong.code, missing.code]).toEqual([5, 5])
})

it.each(['customer.phone', 'customer.mobile'])('drills with a value that %s encrypts now', async (useCase) => {
  const ended = await runHere(['recovery', 'drill', ...config, '-u', useCase, ...opening('wang'), '--json'], { env })
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
  const { recoveryKey, ...report } = JSON.parse(ended.stdout)
  expect(recoveryKey).toMatch(/^x25519:[0-9a-f]{16}$/)
  expect(report).toMatchObject({
    opened: true,
    made: 'now',
    useCase,
    wrappedFor: ['alias/parasol', recoveryKey],
    bytes: 36,
  })
  expect(report.officer).toMatch(/^[0-9A-F]{40}$/)
})

it('drills with a token that was stored, and shows no value', async () => {
  const { code, stdout } = await runHere(['recovery', 'drill', ...config, ...phone, ...opening('li'), token], { env })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^opened: +true$/m)
  expect(stdout).not.toContain(SECRET)
})

it('says that data is not wrapped for the recovery key, and what to do', async () => {
  writeConfig('')
  const { code, stderr } = await runHere(['recovery', 'drill', ...config, ...phone, ...opening('li')], { env })
  writeConfig(`, recovery: [{ publicKey: '${publicKey}' }]`)
  expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining('add it to "recovery" of the scheme') })
})

it('fails the drill of a scheme that has no wrapped keys, and of a use case that there is not', async () => {
  const drill = ['recovery', 'drill', ...config, ...opening('li')]
  expect(await runHere([...drill, '-u', 'customer.idCard'], { env })).toMatchObject({ code: 2, stdout: '' })
  expect(await runHere([...drill, '-u', 'customer.fax'], { env })).toMatchObject({ code: 2, stdout: '' })
  expect(await runHere([...drill, '-u', 'customer.fax', '-c', 'a=b', token], { env })).toMatchObject({ code: 2 })
})

it('decrypts a record whose fields and wrapped key stand side by side', async () => {
  const { openCrypto } = await import('@parasol/config')
  const { flattenRecord } = await import('@parasol/core')
  await using crypto = await openCrypto(at('parasol.yaml'))
  const fields = { phone: SECRET, note: '浙江' }
  const row = flattenRecord(await crypto.router.for('customer.phone').encryptRecord(fields, { customerId: '7' }))
  const { stdout } = await runHere([...decrypting, ...opening('li'), JSON.stringify(row)], { env })
  expect(JSON.parse(stdout)).toEqual(fields)
  for (const input of ['{', '{"phone":1}', '{"phone":"x"}']) {
    expect(await runHere([...decrypting, ...opening('li'), input], { env })).toMatchObject({ code: 2, stdout: '' })
  }
})

it('makes a key for several officers, and for one only if it is told so', async () => {
  const one = ['recovery', 'init', '--officer', at('li.asc'), '--out', at('one.asc')]
  expect(await runHere(one)).toMatchObject({ code: 2, stderr: expect.stringContaining('--one-officer') })
  expect(existsSync(at('one.asc'))).toBe(false)
  const made = await runHere([...one, '--one-officer'])
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('recovery: [{ publicKey:') })
})

it('does not replace a message, whose key would be lost', async () => {
  const before = readFileSync(at('recovery.asc'))
  const again = [
    'recovery',
    'init',
    '--officer',
    at('wang.asc'),
    '--officer',
    at('li.asc'),
    '--out',
    at('recovery.asc'),
  ]
  expect(await runHere(again)).toMatchObject({ code: 7 })
  expect(readFileSync(at('recovery.asc')).equals(before)).toBe(true)
})

async function decryptMessage(): Promise<Uint8Array> {
  const keyRing = KeyRing.inMemory()
  const { added } = await keyRing.import(readFileSync(at('wang.key')))
  using gpg = new GpgProvider({ keyRing, recipients: added, allowUnsigned: true, passphrase: () => PASSPHRASE })
  return await gpg.decrypt(readFileSync(at('recovery.asc')), {})
}

it('moves a token and a file to a new KMS when the old one is gone, by the recovery key alone', async () => {
  const before = readFileSync(at('scan.enc'))
  const here = ['--config', at('new.yaml')]
  const text = readFileSync(at('parasol.yaml'), 'utf8')
  writeFileSync(at('new.yaml'), text.replace('./kms,', './kms-new,').replace('./kms.key', './kms-new.key'))
  expect((await runHere(['decrypt', ...here, ...phone, token])).code).toBe(4)
  const moving = ['recovery', 'rewrap', ...here, ...phone, ...opening('li')]
  const { code, stdout, stderr } = await runHere([...moving, token], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(await runHere(['decrypt', ...here, ...phone, stdout.trim()])).toMatchObject({ code: 0, stdout: SECRET })
  expect(await runHere([...decrypting, ...opening('wang'), stdout.trim()], { env })).toMatchObject({ stdout: SECRET })
  expect(await runHere([...moving, '--in', at('scan.enc')], { env })).toMatchObject({ code: 0, stdout: '' })
  const opened = await runHere(['decrypt', ...here, ...phone, '--in', at('scan.enc'), '--out', at('moved')])
  expect(opened.code).toBe(0)
  expect(readFileSync(at('moved')).equals(readFileSync(at('scan')))).toBe(true)
  expect(readFileSync(at('scan.enc')).subarray(-1000).equals(before.subarray(-1000))).toBe(true)
  const refused = await runHere([...moving.slice(0, -4), ...opening('stranger'), token], { env })
  expect(refused).toMatchObject({ code: 4, stdout: '' })
  const direct = ['recovery', 'rewrap', ...here, '-u', 'customer.idCard', '-c', 'customerId=7', ...opening('li'), token]
  expect(await runHere(direct, { env })).toMatchObject({ code: 2, stderr: expect.stringContaining('"kms-direct"') })
})

it('shows in inspect for whom a token is wrapped', async () => {
  const { stdout } = await runHere(['inspect', '--json', token])
  expect(JSON.parse(stdout).keyIds).toEqual(['alias/parasol', expect.stringMatching(/^x25519:[0-9a-f]{16}$/)])
})
