import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'parasol-gpg-sealed-'))
afterAll(() => rmSync(folder, { recursive: true }))
const ring = join(folder, 'gpg')
const env = {
  PARASOL_CONFIG: join(folder, 'parasol.yaml'),
  PARASOL_KEY_RING: ring,
  WORD: 'correct horse',
  NEXT: 'next',
}
const word = ['--passphrase-env', 'WORD']

writeFileSync(
  env.PARASOL_CONFIG,
  `version: 1
kms:
  own: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol] }
schemes:
  envelope: { kms: own, keyId: alias/parasol }
  gpg: { keyRing: ./gpg, sealedBy: keys.openpgp, password: { env: WORD }, allowUnsigned: true }
useCases:
  keys.openpgp: { scheme: envelope }
  other.keys: { scheme: envelope }
  partner.note: { scheme: gpg }
`,
)

async function parasol(args: readonly string[], input = '', environment: Record<string, string> = env) {
  const { code, stdout, stderr } = await runHere(args, { input, env: environment })
  return { code, says: stderr || stdout }
}

async function json(...args: readonly string[]) {
  const { code, says } = await parasol(['gpg', ...args, '--json'])
  expect({ code, says }).toMatchObject({ code: 0 })
  return JSON.parse(says)
}

const isSealed = (name: string) => !readFileSync(join(ring, 'keys', name)).includes('PRIVATE KEY')
const areSealed = () => readdirSync(join(ring, 'keys')).map(isSealed)

let key: string
beforeAll(async () => {
  key = (await json('generate', '--name', 'Ops', ...word)).fingerprint
})

it('seals the secret keys that a ring has, and those that come later, and takes the seal away', async () => {
  expect(areSealed()).toEqual([false])
  expect(await json('seal', '--use-case', 'keys.openpgp')).toEqual({ sealed: [key], useCase: 'keys.openpgp' })
  expect(await json('seal', '--use-case', 'keys.openpgp')).toEqual({ sealed: [], useCase: 'keys.openpgp' })
  const other = (await json('generate', '--name', 'Other', ...word)).fingerprint
  const { stdout } = await runHere(['gpg', 'export', '--secret', key], { input: '', env })
  rmSync(join(ring, 'keys', `${key}.asc`))
  await parasol(['gpg', 'import'], stdout)
  expect(areSealed()).toEqual([true, true])
  await json('extend', key, '--expires', '3y', ...word)
  await json('passwd', key, ...word, '--new-passphrase-env', 'NEXT')
  expect(areSealed()).toEqual([true, true])
  expect((await json('unseal')).unsealed).toEqual([key, other].sort())
  expect(areSealed()).toEqual([false, false])
  expect((await json('unseal')).unsealed).toEqual([])
})

it('signs with a key that is sealed, and not where its use case cannot be opened', async () => {
  const next = ['--passphrase-env', 'NEXT']
  await json('seal', '--use-case', 'keys.openpgp')
  const signed = await parasol(['gpg', 'sign', '--as', key, '--kind', 'clear', ...next], 'text\n')
  expect(signed.says).toContain('BEGIN PGP SIGNED MESSAGE')
  const elsewhere = { ...env, PARASOL_CONFIG: join(folder, 'none.yaml') }
  expect((await parasol(['gpg', 'sign', '--as', key, ...next], 'text', elsewhere)).code).not.toBe(0)
  expect((await parasol(['gpg', 'list'], '', elsewhere)).code).toBe(0)
  rmSync(join(ring, 'sealed.json'))
  const unknown = await parasol(['gpg', 'sign', '--as', key, ...next], 'text')
  expect(unknown.says).toContain('is sealed by a use case')
})

it('refuses a use case that is not there, or another one than the ring is sealed by', async () => {
  expect((await parasol(['gpg', 'seal', '--use-case', 'nothing'])).says).toContain('nothing')
  await json('seal', '--use-case', 'keys.openpgp')
  expect((await parasol(['gpg', 'seal', '--use-case', 'other.keys'])).says).toContain('unseal it first')
  expect((await parasol(['gpg', 'seal', '--use-case', 'partner.note'])).says).toContain('that has a KMS')
})
