import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateGpgKey, KeyKeeper, KeyRing, type NewKey } from '@parasol/backend-gpg'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'parasol-index-'))
afterAll(() => rmSync(folder, { recursive: true }))
let alice: NewKey
let bob: NewKey
let ring: KeyRing
let path: string
let count = 0
beforeAll(async () => {
  alice = await generateGpgKey({ name: 'Alice', email: 'alice@example.com', passphrase: 'x' })
  bob = await generateGpgKey({ name: 'Bob', unprotected: true, expiresInSeconds: 0 })
})
beforeEach(async () => {
  path = join(folder, `${++count}`)
  ring = new KeyRing(path)
  await ring.import(alice.secretKey + bob.certificate)
})
const certificateFile = ({ fingerprint }: NewKey) =>
  join(path, 'certs', fingerprint.slice(0, 2).toLowerCase(), fingerprint.slice(2).toLowerCase())
const summaryOf = async ({ fingerprint }: NewKey, from = ring) =>
  (await from.summaries()).find((each) => each.fingerprint === fingerprint)

it('says what is in the ring', async () => {
  expect(await summaryOf(alice)).toMatchObject({
    userIds: ['Alice <alice@example.com>'],
    algorithm: 'eddsaLegacy ed25519Legacy',
    abilities: ['certify', 'sign'],
    expires: expect.stringMatching(/^\d{4}-/),
    revoked: false,
    secret: true,
    subkeys: [{ abilities: ['sign'] }, { abilities: ['encrypt'] }],
  })
  const other = await summaryOf(bob)
  expect(other).toMatchObject({ userIds: ['Bob'], secret: false })
  expect(other).not.toHaveProperty('expires')
})

it('shows what changed, whoever changed it', async () => {
  await ring.summaries()
  await ring.import(alice.revocationCertificate)
  expect(await summaryOf(alice)).toMatchObject({ revoked: true })
  expect(await summaryOf(alice, new KeyRing(path))).toMatchObject({ revoked: true })
  await rm(certificateFile(bob))
  expect(await summaryOf(bob)).toBeUndefined()
  await new KeyRing(path).import(bob.secretKey)
  expect(await summaryOf(bob)).toMatchObject({ secret: true })
})

it('sees a file that was replaced by one of the same size and time', async () => {
  await ring.summaries()
  const [one, other] = [await readFile(certificateFile(alice)), await readFile(certificateFile(bob))]
  const size = Math.max(one.length, other.length)
  await writeFile(certificateFile(alice), Buffer.alloc(size))
  await utimes(certificateFile(alice), 0, 0)
  expect(await summaryOf(alice)).toBeUndefined()
})

it('does without its index, or with a damaged one', async () => {
  const before = await ring.summaries()
  for (const content of ['', '{', '[]', '{"version":2,"entries":{}}']) {
    await writeFile(join(path, 'index.json'), content)
    expect(await new KeyRing(path).summaries()).toEqual(before)
  }
})

it('reads no key that did not change: two thousand open at once', async () => {
  const before = await ring.summaries()
  const reader = new KeyRing(path)
  // What would be read now could not be.
  reader.certificate = () => Promise.reject(new Error('read'))
  expect(await reader.summaries()).toEqual(before)
})

it('follows a rotation', async () => {
  const keeper = new KeyKeeper({ keyRing: ring, passphrase: () => 'x' })
  await keeper.rotate(alice.fingerprint)
  const revoked = (await summaryOf(alice))?.subkeys.map((part) => part.revoked)
  expect(revoked).toEqual([true, true, false, false])
})
