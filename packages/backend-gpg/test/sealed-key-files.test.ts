import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  FolderKeyFiles,
  generateGpgKey,
  KeyKeeper,
  KeyRing,
  SealedKeyFiles,
  sealedBy,
  sealRing,
  unsealRing,
} from '@parasol/backend-gpg'
import { createCrypto } from '@parasol/core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { hasGpg, openGnuPg, openGnuPgOf } from './gnupg.js'
import { createTwoParties, PASSPHRASE, type TwoParties } from './two-parties.js'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let parties: TwoParties
let stranger: TwoParties
beforeAll(async () => {
  parties = await createTwoParties()
  stranger = await createTwoParties()
})
afterAll(() => {
  parties[Symbol.dispose]()
  stranger[Symbol.dispose]()
})

/** Any scheme that binds a context does; here another key of OpenPGP. */
const sealer = (from: TwoParties) =>
  createCrypto([from.provider({ context: 'signed' })], { keys: { scheme: 'gpg' } }).for('keys')
const ringOf = (folder: string, from: TwoParties) =>
  new KeyRing(new SealedKeyFiles(new FolderKeyFiles(folder), sealer(from)))

it('keeps secret keys encrypted once more, and certificates as everybody reads them', async () => {
  const folder = join(parties.folder, 'sealed')
  const ring = ringOf(folder, parties)
  const { secretKey, fingerprint } = await generateGpgKey({ name: 'Ops', passphrase: PASSPHRASE })
  await ring.import(secretKey)
  const stored = await readFile(join(folder, 'keys', `${fingerprint}.asc`))
  expect(stored.includes('PRIVATE KEY')).toBe(false)
  await new KeyKeeper({ keyRing: ring, passphrase: () => PASSPHRASE }).extend(fingerprint, undefined)
  expect((await ringOf(folder, parties).secretKey(fingerprint)).isPrivate()).toBe(true)
  await expect(new KeyRing(folder).certificate(fingerprint)).resolves.toBeDefined()
  await expect(new KeyRing(folder).secretKey(fingerprint)).rejects.toThrow()
  await expect(ringOf(folder, stranger).secretKey(fingerprint)).rejects.toThrow('Decryption failed')
})

it.skipIf(!hasGpg)('seals keys that gpg exported, and gives them back to gpg (needs gpg)', async () => {
  using gnupg = await openGnuPgOf(parties)
  const exported = gnupg.run(['--passphrase', PASSPHRASE, '--armor', '--export-secret-keys', parties.alice])
  const files = new FolderKeyFiles(join(parties.folder, 'from-gpg'))
  await new KeyRing(files).import(exported)
  const cipher = sealer(stranger)
  expect(await sealRing(files, cipher, 'keys')).toEqual([parties.alice])
  expect(await sealedBy(files)).toBe('keys')
  await expect(new KeyRing(files).secretKey(parties.alice)).rejects.toThrow(
    expect.objectContaining({ code: 'KEY_UNUSABLE', reason: 'GPG_KEY_SEALED' }),
  )
  const sealed = new KeyRing(new SealedKeyFiles(files, cipher))
  const back = (await sealed.secretKey(parties.alice)).armor()
  expect(await unsealRing(files, cipher)).toEqual([parties.alice])
  expect(await sealedBy(files)).toBeUndefined()
  using fresh = openGnuPg()
  for (const key of [back, (await new KeyRing(files).secretKey(parties.alice)).armor()]) {
    fresh.run(['--import'], Buffer.from(key))
    const listed = fresh.run(['--with-colons', '--list-secret-keys']).toString()
    expect(listed).toContain(parties.alice)
  }
})

it('does not take a sealed key for a damaged one, which an import would replace', async () => {
  const folder = join(parties.folder, 'kept')
  const { secretKey, fingerprint } = await generateGpgKey({ name: 'Ops', passphrase: PASSPHRASE })
  await ringOf(folder, parties).import(secretKey)
  await expect(new KeyRing(folder).import(secretKey)).rejects.toThrow(
    expect.objectContaining({ reason: 'GPG_KEY_SEALED' }),
  )
  expect((await ringOf(folder, parties).secretKey(fingerprint)).isPrivate()).toBe(true)
})

it('reads a key that was there before, and encrypts it with its next change', async () => {
  const folder = join(parties.folder, 'older')
  const { secretKey, fingerprint } = await generateGpgKey({ name: 'Ops', passphrase: PASSPHRASE })
  await new KeyRing(folder).import(secretKey)
  const ring = ringOf(folder, parties)
  await ring.changePassphrase(fingerprint, PASSPHRASE, 'another')
  const stored = await readFile(join(folder, 'keys', `${fingerprint}.asc`))
  expect(stored.includes('PRIVATE KEY')).toBe(false)
})
