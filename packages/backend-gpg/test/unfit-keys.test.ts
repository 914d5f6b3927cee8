import { GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { type Config, config, enums, generateKey, revokeKey } from 'openpgp'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type GnuPg, hasGpg, openGnuPg } from './gnupg.js'

const HOUR_MS = 3_600_000
let ring: KeyRing
let good: string
let gnupg: GnuPg
beforeAll(async () => {
  ring = KeyRing.inMemory()
  good = await take((await generateGpgKey({ name: 'Good', unprotected: true })).secretKey)
  if (hasGpg) gnupg = openGnuPg()
})
afterAll(() => hasGpg && gnupg[Symbol.dispose]())

async function take(exported: string | Uint8Array): Promise<string> {
  const { added } = await ring.import(exported)
  return added[0] ?? ''
}

type KeyOptions = Partial<Parameters<typeof generateKey>[0]>

async function make(options: KeyOptions, settings: Partial<Config> = {}): Promise<string> {
  const { privateKey } = await generateKey({
    type: 'ecc',
    userIDs: [{ name: 'Unfit' }],
    ...options,
    format: 'armored',
    config: { ...config, ...settings },
  })
  return take(privateKey)
}

async function expectUnfit(fingerprint: string, reason: string, code = 'KEY_UNUSABLE'): Promise<void> {
  const refusal = expect.objectContaining({ code, reason, message: expect.stringContaining(fingerprint) })
  const readable = new GpgProvider({ keyRing: ring, recipients: [fingerprint, good], signer: good })
  await expect(readable.encrypt(Buffer.from('text'), {})).rejects.toThrow(refusal)
  const signed = new GpgProvider({ keyRing: ring, recipients: [good], signer: fingerprint })
  await expect(signed.encrypt(Buffer.from('text'), {})).rejects.toThrow(refusal)
}

it('takes a key that is in order', async () => {
  const provider = new GpgProvider({ keyRing: ring, recipients: [good], signer: good })
  expect(await provider.decrypt(await provider.encrypt(Buffer.from('text'), {}), {})).toHaveLength(4)
})

it('refuses an expired key', async () => {
  await expectUnfit(await make({ date: new Date(Date.now() - HOUR_MS), keyExpirationTime: 60 }), 'GPG_KEY_EXPIRED')
})

it('refuses a revoked key', async () => {
  const { secretKey, revocationCertificate, fingerprint } = await generateGpgKey({ name: 'Lost', unprotected: true })
  await ring.import(secretKey + revocationCertificate)
  await expectUnfit(fingerprint, 'GPG_KEY_REVOKED')
})

it('heeds a revocation within a minute, without being made anew', async () => {
  const { secretKey, revocationCertificate, fingerprint } = await generateGpgKey({ name: 'Lost', unprotected: true })
  await ring.import(secretKey)
  const provider = new GpgProvider({ keyRing: ring, recipients: [fingerprint, good], signer: good })
  await provider.encrypt(Buffer.from('text'), {})
  await ring.import(revocationCertificate)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
  try {
    await expect(provider.encrypt(Buffer.from('text'), {})).rejects.toThrow(
      expect.objectContaining({ code: 'KEY_UNUSABLE', reason: 'GPG_KEY_REVOKED' }),
    )
  } finally {
    vi.useRealTimers()
  }
})

it('refuses a key that its owner has superseded, and reads what was written to it', async () => {
  const { privateKey } = await generateKey({ type: 'ecc', userIDs: [{ name: 'Old' }], format: 'object' })
  const fingerprint = await take(privateKey.write())
  const provider = new GpgProvider({ keyRing: ring, recipients: [fingerprint], signer: good })
  const message = await provider.encrypt(Buffer.from('text'), {})
  const reasonForRevocation = { flag: enums.reasonForRevocation.keySuperseded }
  await ring.import((await revokeKey({ key: privateKey, reasonForRevocation, format: 'object' })).publicKey.write())
  await expectUnfit(fingerprint, 'GPG_KEY_REVOKED')
  const later = new GpgProvider({ keyRing: ring, recipients: [fingerprint], signer: good })
  expect(Buffer.from(await later.decrypt(message, {})).toString()).toBe('text')
})

it('refuses a key from the future, but for five minutes', async () => {
  await expectUnfit(await make({ date: new Date(Date.now() + HOUR_MS) }), 'GPG_KEY_NOT_YET_VALID')
  const near = await make({ date: new Date(Date.now() + 60_000) })
  const provider = new GpgProvider({ keyRing: ring, recipients: [near], signer: good })
  await expect(provider.encrypt(Buffer.from('text'), {})).resolves.toBeDefined()
})

it('refuses RSA of 1024 bits', async () => {
  const fingerprint = await make({ type: 'rsa', rsaBits: 1024 } as KeyOptions, { minRSABits: 1024 })
  await expectUnfit(fingerprint, 'GPG_KEY_WEAK')
})

it.skipIf(!hasGpg).each([
  ['DSA and ElGamal', 'dsa2048', 'elg2048'],
  ['secp256k1', 'secp256k1', 'secp256k1'],
])('refuses %s (needs gpg)', async (_name, signs, encrypts) => {
  gnupg.run(['--passphrase', '', '--quick-generate-key', signs, signs, 'sign', '1y'])
  const listing = gnupg.run(['--with-colons', '--list-keys', signs]).toString()
  const fingerprint = /^fpr:+([0-9A-F]{40}):$/m.exec(listing)?.[1] ?? ''
  gnupg.run(['--passphrase', '', '--quick-add-key', fingerprint, encrypts, 'encr', '1y'])
  await take(gnupg.run(['--export-secret-keys', fingerprint]))
  await expectUnfit(fingerprint, 'GPG_KEY_WEAK')
})

it('refuses a key whose messages gpg 2.2 does not read', async () => {
  await expectUnfit(await make({ type: 'curve25519' } as KeyOptions), 'GPG_KEY_INCOMPATIBLE')
  await expectUnfit(await make({ type: 'curve25519' } as KeyOptions, { v6Keys: true }), 'GPG_KEY_INCOMPATIBLE')
})

it('refuses a key that has no part for the purpose', async () => {
  const signsOnly = await make({ subkeys: [] } as KeyOptions)
  const provider = new GpgProvider({ keyRing: ring, recipients: [signsOnly], signer: good })
  await expect(provider.encrypt(Buffer.from('text'), {})).rejects.toThrow(
    expect.objectContaining({ code: 'KEY_UNUSABLE', reason: 'GPG_KEY_UNUSABLE' }),
  )
})

it.skipIf(!hasGpg)('refuses to sign with a key whose primary part stayed offline (needs gpg)', async () => {
  const fingerprint = gnupg.generateKey('offline', 'ed25519')
  await take(gnupg.run(['--export-secret-subkeys', fingerprint]))
  const signed = new GpgProvider({ keyRing: ring, recipients: [good], signer: fingerprint })
  await expect(signed.encrypt(Buffer.from('text'), {})).rejects.toThrow(
    expect.objectContaining({ code: 'KEY_NOT_FOUND', reason: 'GPG_SECRET_KEY_NOT_FOUND' }),
  )
  const read = new GpgProvider({ keyRing: ring, recipients: [fingerprint], signer: good })
  expect(await read.decrypt(await read.encrypt(Buffer.from('text'), {}), {})).toHaveLength(4)
})

it('says which key is not there', async () => {
  const absent = 'A'.repeat(40)
  const provider = new GpgProvider({ keyRing: ring, recipients: [good, absent], signer: good })
  await expect(provider.encrypt(Buffer.from('text'), {})).rejects.toThrow(
    expect.objectContaining({
      code: 'KEY_NOT_FOUND',
      reason: 'GPG_KEY_NOT_FOUND',
      message: expect.stringContaining(absent),
    }),
  )
})

it('says that a secret key is missing, to sign and to decrypt', async () => {
  const { certificate, fingerprint } = await generateGpgKey({ name: 'Partner', unprotected: true })
  await ring.import(certificate)
  const missing = expect.objectContaining({ code: 'KEY_NOT_FOUND', reason: 'GPG_SECRET_KEY_NOT_FOUND' })
  const signs = new GpgProvider({ keyRing: ring, recipients: [good], signer: fingerprint, decryptWith: [fingerprint] })
  await expect(signs.encrypt(Buffer.from('text'), {})).rejects.toThrow(missing)
  await expect(signs.decrypt(Buffer.from('text'), {})).rejects.toThrow(missing)
})

it('says that a passphrase is wrong or missing, and asks again', async () => {
  const { secretKey, fingerprint } = await generateGpgKey({ name: 'Locked', passphrase: '密码 correct' })
  await ring.import(secretKey)
  const answers = ['', 'wrong', '密码 correct']
  const passphrase = () => answers.shift() ?? ''
  const provider = new GpgProvider({ keyRing: ring, recipients: [fingerprint], signer: fingerprint, passphrase })
  for (const reason of ['GPG_PASSPHRASE_REQUIRED', 'GPG_PASSPHRASE_WRONG']) {
    const error = await provider.encrypt(Buffer.from('text'), {}).catch((thrown) => thrown)
    expect(CryptoError.is(error) && [error.code, error.reason]).toEqual(['WRONG_PASSPHRASE', reason])
    expect(String(error)).not.toMatch(/wrong$|correct/)
  }
  await expect(provider.encrypt(Buffer.from('text'), {})).resolves.toBeDefined()
  await expect(provider.encrypt(Buffer.from('text'), {})).resolves.toBeDefined()
})

it('wants whole fingerprints', () => {
  for (const short of [good.slice(-16), good.slice(-8), 'someone@example.com']) {
    expect(() => new GpgProvider({ keyRing: ring, recipients: [short], signer: good })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', reason: 'GPG_FINGERPRINT_INVALID' }),
    )
  }
})

it('wants recipients, somebody to trust, and a signer to bind a context', () => {
  const options = { keyRing: ring, recipients: [good] }
  for (const unsound of [
    { ...options, recipients: [], signer: good },
    options,
    { ...options, context: 'signed', verify: [good] },
    { ...options, context: 'signed', signer: good, allowUnsigned: true },
  ] as const) {
    expect(() => new GpgProvider(unsound)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
  }
})
