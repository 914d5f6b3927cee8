import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspectEnvelope } from '@parasol/backend-envelope'
import { parseToken } from '@parasol/core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Workplace } from './workplace.js'

vi.setConfig({ testTimeout: 60_000 })

const SECRET = '13800138000'
const place = new Workplace()
const { folder } = place
const bound = ['-u', 'customer.phone', '-c', 'customerId=7']

/** What follows the wrapped key. */
function bodyOf(ciphertext: Uint8Array): Buffer {
  return Buffer.from(ciphertext.subarray(inspectEnvelope(ciphertext).greenKeyBytes))
}

beforeAll(async () => {
  await place.parasol(['init', '-u', 'customer.phone'])
  const config = readFileSync(join(folder, 'parasol.yaml'), 'utf8')
  writeFileSync(join(folder, 'direct.yaml'), config.replace('{ scheme: envelope }', '{ scheme: kms-direct }'))
  writeFileSync(join(folder, 'scan'), SECRET.repeat(30_000))
  await place.parasol(['encrypt', ...bound, '--in', 'scan', '--out', 'scan.enc'])
}, 60_000)
afterAll(() => place.remove())

it('renews the wrapped key of a token and nothing else, as often as it is asked', async () => {
  const first = (await place.parasol(['encrypt', ...bound, SECRET])).stdout.trim()
  const { code, stdout: second } = await place.parasol(['rewrap', ...bound, first])
  expect(code).toBe(0)
  const { token: third } = JSON.parse((await place.parasol(['rewrap', '--json', ...bound], second)).stdout)
  expect(new Set([first, second.trim(), third]).size).toBe(3)
  expect(bodyOf(parseToken(third).ciphertext)).toEqual(bodyOf(parseToken(first).ciphertext))
  expect(await place.parasol(['decrypt', ...bound, third])).toEqual({ code: 0, stdout: SECRET, stderr: '' })
})

it('renews a file in its place and keeps its mode, as often as it is asked', async () => {
  chmodSync(join(folder, 'scan.enc'), 0o640)
  const before = readFileSync(join(folder, 'scan.enc'))
  expect(await place.parasol(['rewrap', ...bound, '--in', 'scan.enc'])).toEqual({ code: 0, stdout: '', stderr: '' })
  const again = await place.parasol(['rewrap', '--json', ...bound, '--in', 'scan.enc'])
  expect(again).toEqual({ code: 0, stdout: '{"file":"scan.enc"}\n', stderr: '' })
  const after = readFileSync(join(folder, 'scan.enc'))
  expect(after.equals(before)).toBe(false)
  expect(bodyOf(after).equals(bodyOf(before))).toBe(true)
  expect(statSync(join(folder, 'scan.enc')).mode & 0o777).toBe(0o640)
  await place.parasol(['decrypt', ...bound, '--in', 'scan.enc', '--out', 'copy'])
  expect(readFileSync(join(folder, 'copy')).equals(readFileSync(join(folder, 'scan')))).toBe(true)
})

it('renews the file that a symbolic link leads to, and keeps the link', async () => {
  const before = readFileSync(join(folder, 'scan.enc'))
  symlinkSync('scan.enc', join(folder, 'link'))
  expect(await place.parasol(['rewrap', ...bound, '--in', 'link'])).toMatchObject({ code: 0, stderr: '' })
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(folder, 'scan.enc')).equals(before)).toBe(false)
})

it.each([
  ['scan.enc', ['-c', 'customerId=8']],
  ['scan', ['-c', 'customerId=7']],
])('leaves %s as it is if %s does not open it', async (name, context) => {
  const before = readFileSync(join(folder, name))
  const refused = await place.parasol(['rewrap', '-u', 'customer.phone', ...context, '--in', name])
  expect(refused).toEqual({
    code: 4,
    stdout: '',
    stderr: expect.stringMatching(/^error: Decryption failed\. [^\n]+\n$/),
  })
  expect(readFileSync(join(folder, name)).equals(before)).toBe(true)
  expect(readdirSync(folder).filter((each) => each.endsWith('.tmp'))).toEqual([])
})

it('lets the KMS renew a token without a wrapped key, and says that it renews no such file', async () => {
  const direct = [...bound, '--config', 'direct.yaml']
  const { stdout: token } = await place.parasol(['encrypt', ...direct, SECRET])
  const { code, stdout: renewed } = await place.parasol(['rewrap', ...direct, token.trim()])
  expect({ code, isSame: renewed === token }).toEqual({ code: 0, isSame: false })
  expect(await place.parasol(['decrypt', ...direct, renewed.trim()])).toMatchObject({ code: 0, stdout: SECRET })
  const refused = await place.parasol(['rewrap', ...direct, '--in', 'scan.enc'])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toMatch(/^error: [^\n]*kms-direct[^\n]*\n$/)
})

it.each([
  ['a missing context', ['-u', 'customer.phone', 'enc1.envelope.AAAA'], 2, /Say what the data is bound to/],
  ['a token and a file', [...bound, '--in', 'scan.enc', 'enc1.envelope.AAAA'], 2, /not both/],
  ['a scheme for a token', [...bound, '--scheme', 'envelope', 'enc1.envelope.AAAA'], 2, /--scheme goes with --in/],
  ['a value that is no token', [...bound, SECRET], 2, /Not a Parasol token/],
  ['a file that is not there', [...bound, '--in', 'no'], 7, /"no"/],
  ['a folder', [...bound, '--in', '.'], 7, /not a file/],
  ['a file to write', [...bound, '--in', 'scan.enc', '--out', 'x'], 2, /Unknown option "--out"/],
] as const)('refuses %s', async (_name, args, code, says) => {
  const ended = await place.parasol(['rewrap', ...args])
  expect(ended.stderr).toMatch(says)
  expect(ended.stderr).not.toContain(SECRET)
  expect(ended).toMatchObject({ code, stdout: '' })
})
