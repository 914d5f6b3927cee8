import { GpgProvider, KeyKeeper, KeyRing } from '@parasol/backend-gpg'
import { enums, type PrivateKey } from 'openpgp'
import { beforeEach, expect, it, vi } from 'vitest'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const YEAR_MS = 365 * 86_400_000
const text = Buffer.from('13800138000')
let ring: KeyRing
let keeper: KeyKeeper
let me: string
beforeEach(async () => {
  ring = KeyRing.inMemory()
  keeper = new KeyKeeper({ keyRing: ring, passphrase: () => 'correct horse' })
  me = (await keeper.generate({ name: 'Ops', profile: 'modern', unprotected: true })).fingerprint
})

function provider(): GpgProvider {
  return new GpgProvider({
    keyRing: ring,
    profile: 'modern',
    recipients: [me],
    signer: me,
    passphrase: () => 'correct horse',
  })
}

async function expectReads(message: Uint8Array): Promise<void> {
  expect(Buffer.from(await provider().decrypt(message, {}))).toEqual(text)
}

function versions(key: PrivateKey): readonly number[] {
  return key.getKeys().map(({ keyPacket }) => keyPacket.version)
}

it('extends a key of version 6, and what it signed before stays valid', async () => {
  const before = await provider().encrypt(text, {})
  await keeper.extend(me, new Date(Date.now() + 5 * YEAR_MS))
  const key = await ring.certificate(me)
  const years = await Promise.all(
    [key, ...key.subkeys].map(async (part) =>
      Math.round((Number(await part.getExpirationTime()) - Date.now()) / YEAR_MS),
    ),
  )
  expect(years).toEqual([5, 5, 5])
  await expectReads(before)
  await expectReads(await provider().encrypt(text, {}))
})

it('rotates its subkeys, and the old ones go on decrypting', async () => {
  const before = await provider().encrypt(text, {})
  const old = (await (await ring.certificate(me)).getEncryptionKey()).getFingerprint()
  await keeper.rotate(me)
  const key = await ring.secretKey(me)
  expect(versions(key)).toEqual([6, 6, 6, 6, 6])
  expect((await key.getEncryptionKey()).getFingerprint()).not.toBe(old)
  await expectReads(before)
  await expectReads(await provider().encrypt(text, {}))
})

it('locks it under another passphrase by Argon2 and OCB, as it was made', async () => {
  await ring.changePassphrase(me, '', 'correct horse')
  const locked = { s2k: { type: 'argon2' }, s2kUsage: 253, aead: enums.aead.ocb }
  for (const { keyPacket } of (await ring.secretKey(me)).getKeys()) expect(keyPacket).toMatchObject(locked)
})

it('revokes it, and takes the revocation certificate that was made with it', async () => {
  const before = await provider().encrypt(text, {})
  const other = KeyRing.inMemory()
  await other.import(await keeper.export(me))
  const made = await new KeyKeeper({ keyRing: other }).generate({ name: 'New', profile: 'modern', unprotected: true })
  expect(await other.import(made.revocationCertificate)).toMatchObject({ updated: [made.fingerprint], skipped: [] })
  expect(await (await other.certificate(made.fingerprint)).isRevoked()).toBe(true)
  await keeper.revoke(me, { reason: 'retired' })
  await expectReads(before)
  await expect(provider().encrypt(text, {})).rejects.toThrow(expect.objectContaining({ reason: 'GPG_KEY_REVOKED' }))
  expect(await other.import(await keeper.export(me))).toMatchObject({ updated: [me] })
})

it('exports it without its primary part, and that signs and decrypts', async () => {
  const offline = KeyRing.inMemory()
  expect(await offline.import(await keeper.export(me, 'secretSubkeys'))).toMatchObject({ added: [me], skipped: [] })
  const options = { keyRing: offline, profile: 'modern', recipients: [me], signer: me } as const
  const message = await new GpgProvider(options).encrypt(text, {})
  expect(Buffer.from(await new GpgProvider(options).decrypt(message, {}))).toEqual(text)
  const there = new KeyKeeper({ keyRing: offline })
  await expect(there.rotate(me)).rejects.toThrow(expect.objectContaining({ reason: 'GPG_SECRET_KEY_NOT_FOUND' }))
})

it('uses one session key for many messages to it, each with a salt of its own', async () => {
  const options = { keyRing: ring, profile: 'modern', recipients: [me], signer: me } as const
  const writer = new GpgProvider({ ...options, sessionKeys: { reuse: {} } })
  const reader = new GpgProvider({ ...options, sessionKeys: { remember: {} } })
  const messages = [await writer.encrypt(text, {}), await writer.encrypt(text, {})]
  const [first, second] = messages.map((message) => Buffer.from(message).toString('hex'))
  const preamble = 2 * (2 + (messages[0]?.[1] ?? 0))
  expect(first?.slice(0, preamble)).toBe(second?.slice(0, preamble))
  expect(first?.slice(preamble + 80)).not.toBe(second?.slice(preamble + 80))
  for (const message of messages) expect(Buffer.from(await reader.decrypt(message, {}))).toEqual(text)
})
