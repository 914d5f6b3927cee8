import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GpgProvider, KeyKeeper, KeyRing } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { type PublicKey, readPrivateKey, type Subkey } from 'openpgp'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { hasGpg, openGnuPg } from './gnupg.js'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const PASSPHRASE = 'correct horse'
const YEAR_MS = 365 * 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'parasol-keeper-'))
afterAll(() => rmSync(folder, { recursive: true }))
const gnupg = hasGpg ? openGnuPg() : undefined
afterAll(() => gnupg?.[Symbol.dispose]())

let count = 0
let path: string
let ring: KeyRing
let keeper: KeyKeeper
let me: string
beforeEach(async () => {
  path = join(folder, `${++count}`)
  ring = new KeyRing(path)
  keeper = new KeyKeeper({ keyRing: ring, passphrase: () => PASSPHRASE })
  me = (await keeper.generate({ name: 'Ops', email: 'ops@example.com', passphrase: PASSPHRASE })).fingerprint
})

const provider = () => new GpgProvider({ keyRing: ring, recipients: [me], signer: me, passphrase: () => PASSPHRASE })
const text = Buffer.from('13800138000')

async function yearsLeft(key: PublicKey | Subkey): Promise<number> {
  return Math.round((Number(await key.getExpirationTime()) - Date.now()) / YEAR_MS)
}

async function reasonOf(work: Promise<unknown>): Promise<readonly unknown[]> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  )
  return CryptoError.is(error) ? [error.code, error.reason] : [error]
}

it('generates a key into the ring, with a revocation certificate that nobody imports by mistake', async () => {
  expect((await ring.secretKey(me)).getUserIDs()).toEqual(['Ops <ops@example.com>'])
  const revocation = await readFile(join(path, 'revocations', `${me}.rev`), 'utf8')
  expect(revocation).toMatch(/^:-----BEGIN/m)
  expect(await ring.import(revocation)).toMatchObject({ updated: [me] })
  expect(await (await ring.certificate(me)).isRevoked()).toBe(true)
})

describe('extend', () => {
  it('moves the expiry of the key and its subkeys, and keeps what was signed before valid', async () => {
    const before = await provider().encrypt(text, {})
    await keeper.extend(me, new Date(Date.now() + 5 * YEAR_MS))
    for (const key of [await ring.certificate(me), await ring.secretKey(me)]) {
      expect(await Promise.all([key, ...key.subkeys].map(yearsLeft))).toEqual([5, 5, 5])
      expect(key.getUserIDs()).toEqual(['Ops <ops@example.com>'])
    }
    expect(Buffer.from(await provider().decrypt(before, {}))).toEqual(text)
  })

  it('brings an expired key back, or lets a key live for ever', async () => {
    const { fingerprint } = await keeper.generate({ name: 'Old', unprotected: true, expiresInSeconds: 1 })
    const old = new GpgProvider({ keyRing: ring, recipients: [fingerprint], signer: fingerprint })
    await keeper.extend(fingerprint, undefined)
    expect(await (await ring.certificate(fingerprint)).getExpirationTime()).toBe(Number.POSITIVE_INFINITY)
    await expect(old.encrypt(text, {})).resolves.toBeDefined()
  })

  it('refuses a time that has passed, or is too far away', async () => {
    for (const time of [Date.now() - 1000, Date.now() + 200 * YEAR_MS, Number.NaN]) {
      const refused = await reasonOf(keeper.extend(me, new Date(time)))
      expect(refused).toEqual(['INVALID_INPUT', 'GPG_KEY_OPTIONS_INVALID'])
    }
  })

  it.skipIf(!gnupg)('is understood by gpg, which had the key before (needs gpg)', async () => {
    gnupg?.run(['--import'], Buffer.from(await keeper.export(me)))
    await keeper.extend(me, new Date(Date.now() + 5 * YEAR_MS))
    gnupg?.run(['--import'], Buffer.from(await keeper.export(me)))
    const listing = String(gnupg?.run(['--with-colons', '--list-keys', me]))
    const expiries = [...listing.matchAll(/^(?:pub|sub):[^:]*:[^:]*:[^:]*:[^:]*:\d+:(\d+):/gm)].map(([, at]) =>
      Number(at),
    )
    expect(expiries.map((at) => Math.round((at * 1000 - Date.now()) / YEAR_MS))).toEqual([5, 5, 5])
  })
})

describe('rotate', () => {
  it('encrypts to and signs with new subkeys, and reads and verifies what the old ones made', async () => {
    const before = await provider().encrypt(text, {})
    const old = (await ring.certificate(me)).subkeys.map((subkey) => subkey.getFingerprint())
    await keeper.rotate(me)
    const key = await ring.certificate(me)
    expect(key.subkeys).toHaveLength(4)
    expect(old).not.toContain((await key.getEncryptionKey()).getFingerprint())
    expect(old).not.toContain((await key.getSigningKey()).getFingerprint())
    expect(await yearsLeft(await key.getEncryptionKey())).toBe(2)
    for (const message of [before, await provider().encrypt(text, {})]) {
      expect(Buffer.from(await provider().decrypt(message, {}))).toEqual(text)
    }
  })

  it('locks the new subkeys under the same passphrase', async () => {
    await keeper.rotate(me)
    const stored = await readPrivateKey({ armoredKey: await keeper.export(me, 'secretKey') })
    for (const { keyPacket } of stored.getKeys()) expect(keyPacket.isDecrypted()).toBe(false)
  })

  it.skipIf(!gnupg)('is understood by gpg, secret parts and all (needs gpg)', async () => {
    await keeper.rotate(me)
    gnupg?.run(['--passphrase', PASSPHRASE, '--import'], Buffer.from(await keeper.export(me, 'secretKey')))
    const listing = String(gnupg?.run(['--with-colons', '--list-secret-keys', me]))
    expect([...listing.matchAll(/^ssb:(.)/gm)].map(([, validity]) => validity).sort()).toEqual(['-', '-', 'r', 'r'])
    const message = gnupg?.run(['--passphrase', PASSPHRASE, '-u', me, '--sign', '-r', me, '--encrypt'], text)
    expect(Buffer.from(await provider().decrypt(message ?? Buffer.alloc(0), {}))).toEqual(text)
  })
})

it('adds a subkey without giving up another', async () => {
  await keeper.addSubkey(me, 'encrypt')
  expect((await ring.certificate(me)).subkeys).toHaveLength(3)
  await expect(provider().encrypt(text, {})).resolves.toBeDefined()
})

describe('revoke', () => {
  it('ends a key with its reason, and leaves it able to decrypt', async () => {
    const before = await provider().encrypt(text, {})
    await keeper.revoke(me, { reason: 'retired', comment: 'moved on' })
    const [revocation] = (await ring.certificate(me)).revocationSignatures
    expect(revocation).toMatchObject({ reasonForRevocationFlag: 3, reasonForRevocationString: 'moved on' })
    expect(await reasonOf(provider().encrypt(text, {}))).toEqual(['KEY_UNUSABLE', 'GPG_KEY_REVOKED'])
    expect(Buffer.from(await provider().decrypt(before, {}))).toEqual(text)
  })

  it('makes all signatures of a compromised key invalid', async () => {
    const before = await provider().encrypt(text, {})
    await keeper.revoke(me, { reason: 'compromised' })
    expect(await reasonOf(provider().decrypt(before, {}))).toEqual(['DECRYPTION_FAILED', undefined])
  })

  it('ends one subkey, and says if there is none of that fingerprint', async () => {
    const key = await ring.certificate(me)
    const subkey = (await key.getEncryptionKey()).getFingerprint()
    await keeper.revokeSubkey(me, subkey, { reason: 'superseded' })
    expect(await reasonOf(provider().encrypt(text, {}))).toEqual(['KEY_UNUSABLE', 'GPG_KEY_UNUSABLE'])
    const absent = keeper.revokeSubkey(me, 'A'.repeat(40), { reason: 'superseded' })
    expect(await reasonOf(absent)).toEqual(['KEY_NOT_FOUND', 'GPG_KEY_NOT_FOUND'])
  })
})

describe('an offline primary key', () => {
  it('stays where it is: what is exported without it decrypts and signs, and can change nothing', async () => {
    const there = new KeyRing(join(folder, `${++count}`))
    await there.import(await keeper.export(me, 'secretSubkeys'))
    const away = new GpgProvider({ keyRing: there, recipients: [me], signer: me, passphrase: () => PASSPHRASE })
    expect(Buffer.from(await away.decrypt(await away.encrypt(text, {}), {}))).toEqual(text)
    const helpless = new KeyKeeper({ keyRing: there, passphrase: () => PASSPHRASE })
    const missing = ['KEY_NOT_FOUND', 'GPG_SECRET_KEY_NOT_FOUND']
    expect(await reasonOf(helpless.extend(me, undefined))).toEqual(missing)
    expect(await reasonOf(helpless.rotate(me))).toEqual(missing)
    expect(await reasonOf(helpless.revoke(me, { reason: 'retired' }))).toEqual(missing)
  })

  it('brings new subkeys and the expiry by import', async () => {
    const there = new KeyRing(join(folder, `${++count}`))
    await there.import(await keeper.export(me, 'secretSubkeys'))
    await keeper.rotate(me)
    expect(await there.import(await keeper.export(me, 'secretSubkeys'))).toMatchObject({ updated: [me] })
    const away = new GpgProvider({ keyRing: there, recipients: [me], signer: me, passphrase: () => PASSPHRASE })
    expect(Buffer.from(await away.decrypt(await provider().encrypt(text, {}), {}))).toEqual(text)
  })

  it.skipIf(!gnupg)('is understood by gpg as such (needs gpg)', async () => {
    gnupg?.run(['--passphrase', PASSPHRASE, '--import'], Buffer.from(await keeper.export(me, 'secretSubkeys')))
    expect(String(gnupg?.run(['--list-secret-keys', me]))).toMatch(/^sec#/m)
  })
})

it('changes nothing without the passphrase', async () => {
  const before = await keeper.export(me, 'secretKey')
  for (const [passphrase, reason] of [
    [() => 'wrong', 'GPG_PASSPHRASE_WRONG'],
    [() => '', 'GPG_PASSPHRASE_REQUIRED'],
  ] as const) {
    const other = new KeyKeeper({ keyRing: ring, passphrase })
    expect(await reasonOf(other.rotate(me))).toEqual(['WRONG_PASSPHRASE', reason])
  }
  expect(await keeper.export(me, 'secretKey')).toBe(before)
})
