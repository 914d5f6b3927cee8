import { generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { readKey, readPrivateKey } from 'openpgp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type GnuPg, hasGpg, openGnuPg } from './gnupg.js'

const passphrase = 'correct horse'
let gnupg: GnuPg
beforeAll(() => {
  if (hasGpg) gnupg = openGnuPg()
})
afterAll(() => hasGpg && gnupg[Symbol.dispose]())

it('makes a key to certify, with one subkey to sign and one to encrypt, for two years', async () => {
  const { certificate, fingerprint } = await generateGpgKey({ name: '张伟', email: 'zhang@example.com', passphrase })
  const key = await readKey({ armoredKey: certificate })
  expect(key.getFingerprint().toUpperCase()).toBe(fingerprint)
  expect(key.getUserIDs()).toEqual(['张伟 <zhang@example.com>'])
  expect((await key.getSigningKey()).getFingerprint()).not.toBe(key.getFingerprint())
  expect((await key.getEncryptionKey()).getFingerprint()).not.toBe(key.getFingerprint())
  const years = (Number(await key.getExpirationTime()) - Number(key.getCreationTime())) / (365 * 86_400_000)
  expect(years).toBe(2)
  for (const subkey of key.subkeys) {
    expect(await subkey.getExpirationTime()).toEqual(await key.getExpirationTime())
  }
})

it('makes a key that never expires if that is said', async () => {
  const { certificate } = await generateGpgKey({ name: 'x', passphrase, expiresInSeconds: 0 })
  expect(await (await readKey({ armoredKey: certificate })).getExpirationTime()).toBe(Number.POSITIVE_INFINITY)
})

it('locks every secret part under the passphrase', async () => {
  const { secretKey } = await generateGpgKey({ name: 'x', passphrase })
  const key = await readPrivateKey({ armoredKey: secretKey })
  for (const { keyPacket } of key.getKeys()) expect(keyPacket.isDecrypted()).toBe(false)
})

it('makes no key without a passphrase unless that is said', async () => {
  for (const options of [{ name: 'x' }, { name: 'x', passphrase: '' }, { name: 'x', unprotected: false }]) {
    await expect(generateGpgKey(options)).rejects.toThrow(
      expect.objectContaining({ code: 'WRONG_PASSPHRASE', reason: 'GPG_PASSPHRASE_REQUIRED' }),
    )
  }
  await expect(generateGpgKey({ name: 'x', unprotected: true })).resolves.toBeDefined()
})

it.each([
  { name: '' },
  { name: ' x' },
  { name: 'x <y@example.com>' },
  { name: 'two\nlines' },
  { name: 'x', email: 'nobody' },
  { name: 'x', email: 'a@b <c@d>' },
  { name: 'x', email: 'a\0@example.com' },
  { name: 'x', expiresInSeconds: -1 },
  { name: 'x', expiresInSeconds: 0.5 },
  { name: 'x', expiresInSeconds: Number.NaN },
  { name: 'x', expiresInSeconds: 2 ** 32 },
])('refuses %o', async (options) => {
  await expect(generateGpgKey({ ...options, passphrase })).rejects.toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', reason: 'GPG_KEY_OPTIONS_INVALID' }),
  )
})

it.skipIf(!hasGpg)('makes what gpg imports, with its expiry and its revocation (needs gpg)', async () => {
  const { secretKey, revocationCertificate, fingerprint } = await generateGpgKey({ name: 'x', passphrase })
  gnupg.run(['--passphrase', passphrase, '--import'], Buffer.from(secretKey))
  const listing = () => gnupg.run(['--with-colons', '--list-secret-keys', fingerprint]).toString()
  expect(listing()).toMatch(/^sec:u?-?:?.*:\d{10}:\d{10}:/m)
  expect(listing().match(/^ssb:/gm)).toHaveLength(2)
  gnupg.run(['--import'], Buffer.from(revocationCertificate))
  expect(listing()).toMatch(/^sec:r:/m)
})

it.skipIf(!hasGpg)('takes the revocation certificate that gpg made with its key (needs gpg)', async () => {
  const fingerprint = gnupg.generateKey('theirs', 'ed25519')
  const ring = KeyRing.inMemory()
  await ring.import(gnupg.run(['--export', fingerprint]))
  expect(await ring.import(gnupg.revocationFile(fingerprint))).toMatchObject({ updated: [fingerprint], skipped: [] })
  expect(await (await ring.certificate(fingerprint)).isRevoked()).toBe(true)
})
