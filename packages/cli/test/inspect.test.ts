import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateGpgKey } from '@parasol/backend-gpg'
import { formatToken } from '@parasol/core'
import { createMessage, encrypt, readKey } from 'openpgp'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Workplace } from './workplace.js'

vi.setConfig({ testTimeout: 60_000 })

const SECRET = '13800138000'
const place = new Workplace()
const { folder } = place
const bound = ['-u', 'customer.scan', '-c', 'id=1']

beforeAll(async () => {
  await place.parasol(['init', '-u', 'customer.scan'])
  writeFileSync(join(folder, 'scan'), SECRET.repeat(200_000))
  writeFileSync(join(folder, 'empty'), '')
  await place.parasol(['encrypt', ...bound, '--in', 'scan', '--out', 'scan.enc'])
  writeFileSync(join(folder, 'cut.enc'), readFileSync(join(folder, 'scan.enc')))
  truncateSync(join(folder, 'cut.enc'), 70)
}, 60_000)
afterAll(() => place.remove())

it('shows what a file says of itself, for programs', async () => {
  const { code, stdout, stderr } = await place.parasol(['inspect', '--json', '--in', 'scan.enc'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const facts = JSON.parse(stdout)
  const { size } = statSync(join(folder, 'scan.enc'))
  expect(facts).toEqual({
    scheme: 'envelope',
    ciphertextBytes: size,
    suite: 'aes-256-gcm',
    keyIds: ['alias/parasol'],
    keyVersions: [expect.stringMatching(/^[0-9a-f-]{36}$/)],
    wrappedKeyBytes: expect.any(Number),
    bodyBytes: size - facts.wrappedKeyBytes,
  })
  expect(facts.bodyBytes).toBeGreaterThan(statSync(join(folder, 'scan')).size)
})

it('shows it for people, one fact a line, and needs no configuration', async () => {
  const elsewhere = new Workplace()
  const { stdout } = await elsewhere.parasol(['inspect', '--in', join(folder, 'scan.enc')])
  elsewhere.remove()
  const names = stdout.match(/^\w+(?=: )/gm)
  expect(names).toEqual(['scheme', 'ciphertextBytes', 'suite', 'keyIds', 'keyVersions', 'wrappedKeyBytes', 'bodyBytes'])
})

it('lets the maker of a file write no control characters to a terminal', async () => {
  const forged = readFileSync(join(folder, 'scan.enc'))
  forged.write('\x1b[2J\x07', forged.indexOf('alias/parasol'))
  writeFileSync(join(folder, 'forged.enc'), forged)
  const { code, stdout } = await place.parasol(['inspect', '--in', 'forged.enc'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/keyIds: +\?\[2J\?/)
  expect(stdout).not.toMatch(/[^\P{C}\n]/u)
})

it.each([
  ['a file that is not encrypted', ['--in', 'scan'], 2, /Not an encrypted file of scheme envelope or gpg/],
  ['an empty file', ['--in', 'empty'], 2, /Not an encrypted file of scheme envelope or gpg/],
  ['a file that was cut off in its head', ['--in', 'cut.enc'], 2, /Not an encrypted file of scheme envelope or gpg/],
  ['a file that is not there', ['--in', 'no'], 7, /"no"/],
  ['a folder', ['--in', '.'], 7, /not a file/],
  ['a token and a file', ['--in', 'scan.enc', 'enc1.envelope.AAAA'], 2, /not both/],
] as const)('refuses %s', async (_name, args, code, says) => {
  const ended = await place.parasol(['inspect', ...args])
  expect(ended.stderr).toMatch(says)
  expect(ended.stderr).toMatch(/^error: [^\n]+\n$/)
  expect(ended.stderr).not.toContain(SECRET)
  expect(ended).toMatchObject({ code, stdout: '' })
})

it('counts what the rows of a file say of themselves', async () => {
  writeFileSync(join(folder, 'rows.csv'), 'id,phone,mail\n1,2,\n3,4,5\n6,,\n')
  const bound = ['-k', 'id', '-u', 'customer.scan', '-o', 'enc.csv']
  await place.parasol(['records', 'encrypt', 'rows.csv', '-F', 'phone,mail', ...bound])
  const { stdout } = await place.parasol(['inspect', '--json', '--in', 'enc.csv'])
  const { keyVersions, ...facts } = JSON.parse(stdout)
  expect(facts).toEqual({
    format: 'csv',
    rows: 3,
    encryptedRows: 2,
    fields: { phone: 2, mail: 1 },
    schemes: { envelope: 2 },
    suites: { 'chacha20-poly1305-blake2b': 2 },
    keyIds: { 'alias/parasol': 2 },
  })
  expect(Object.values(keyVersions)).toEqual([2])
})

it('tells to whom an OpenPGP message is, in a file or in a token', async () => {
  const { certificate } = await generateGpgKey({ name: 'One', unprotected: true })
  const key = await readKey({ armoredKey: certificate })
  const message = await createMessage({ text: SECRET })
  const encrypted = await encrypt({ message, encryptionKeys: key, passwords: ['x'], format: 'binary' })
  const subkey = (await key.getEncryptionKey()).getKeyID().toHex().toUpperCase()
  writeFileSync(join(folder, 'message.gpg'), encrypted)
  const expected = { recipients: [subkey], passwords: 1, armored: false, signer: 'encrypted' }
  const file = await place.parasol(['inspect', '--json', '--in', 'message.gpg'])
  expect(JSON.parse(file.stdout)).toMatchObject({ scheme: 'gpg', ...expected })
  const token = await place.parasol(['inspect', '--json'], formatToken('partner', encrypted))
  expect(JSON.parse(token.stdout)).toMatchObject({ scheme: 'partner', ...expected })
})
