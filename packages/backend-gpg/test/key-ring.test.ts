import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generateGpgKey, KeyKeeper, KeyRing, type NewKey } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { decryptKey, type PrivateKey, readKey, readPrivateKey, SignaturePacket } from 'openpgp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const PASSPHRASE = 'correct horse'
const folder = mkdtempSync(join(tmpdir(), 'parasol-ring-'))
afterAll(() => rmSync(folder, { recursive: true }))
let alice: NewKey
let bob: NewKey
let ring: KeyRing
let path: string
beforeAll(async () => {
  alice = await generateGpgKey({ name: 'Alice', passphrase: PASSPHRASE })
  bob = await generateGpgKey({ name: 'Bob', passphrase: PASSPHRASE })
})
let count = 0
beforeEach(() => {
  path = join(folder, `ring${++count}`)
  ring = new KeyRing(path)
})

const NOTHING = { added: [], updated: [], unchanged: [], skipped: [], unprotected: [] }
const certificateFile = (fingerprint: string) =>
  join(path, 'certs', fingerprint.slice(0, 2).toLowerCase(), fingerprint.slice(2).toLowerCase())

async function codeOf(work: Promise<unknown>): Promise<readonly unknown[]> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  )
  return CryptoError.is(error) ? [error.code, error.reason] : [error]
}

describe('import', () => {
  it('reports what it added, updated and knew already', async () => {
    expect(await ring.import(alice.certificate)).toEqual({ ...NOTHING, added: [alice.fingerprint] })
    expect(await ring.import(alice.certificate)).toEqual({ ...NOTHING, unchanged: [alice.fingerprint] })
    expect(await ring.import(alice.secretKey)).toEqual({ ...NOTHING, updated: [alice.fingerprint] })
    expect(await ring.import(alice.secretKey)).toEqual({ ...NOTHING, unchanged: [alice.fingerprint] })
    expect(await ring.list()).toEqual([alice.fingerprint])
  })

  it('takes many blocks with anything around them, in the line ends of Windows too', async () => {
    const text = `From: Bob\n\n${alice.certificate}\nand\n${bob.secretKey}-- \nBob`
    const { added } = await ring.import(text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n'))
    expect(added).toEqual([alice.fingerprint, bob.fingerprint])
  })

  it('takes binary keys, one after the other', async () => {
    const binary = await Promise.all(
      [alice, bob].map(async ({ certificate }) => (await readKey({ armoredKey: certificate })).write()),
    )
    expect(await ring.import(Buffer.concat(binary))).toEqual({
      ...NOTHING,
      added: [alice.fingerprint, bob.fingerprint],
    })
  })

  it('takes a revocation certificate, with the colon that gpg puts before it', async () => {
    await ring.import(alice.certificate)
    const file = `This is a revocation certificate.\n\n:${alice.revocationCertificate}`
    expect(await ring.import(file)).toEqual({ ...NOTHING, updated: [alice.fingerprint] })
    expect(await (await ring.certificate(alice.fingerprint)).isRevoked()).toBe(true)
    expect(await ring.import(file)).toEqual({ ...NOTHING, unchanged: [alice.fingerprint] })
  })

  it('revokes the secret key with the certificate', async () => {
    await ring.import(alice.secretKey)
    await ring.import(alice.revocationCertificate)
    expect(await (await ring.secretKey(alice.fingerprint)).isRevoked()).toBe(true)
  })

  it('does not lose a revocation when the key without it is imported again', async () => {
    await ring.import(alice.certificate + alice.revocationCertificate)
    await ring.import(alice.certificate)
    expect(await (await ring.certificate(alice.fingerprint)).isRevoked()).toBe(true)
  })

  it('skips a revocation of a key that it does not have, or of another', async () => {
    await ring.import(bob.certificate)
    const { skipped } = await ring.import(alice.revocationCertificate)
    expect(skipped).toEqual([{ position: 1, why: expect.stringContaining('revocation') }])
    expect(await (await ring.certificate(bob.fingerprint)).isRevoked()).toBe(false)
  })

  it('takes the keys around one that cannot be read, and reports that', async () => {
    const damaged = alice.certificate.replace(/(?<=\n\n)[^\n]{20}/, 'A'.repeat(20))
    const report = await ring.import(`${damaged}\n${bob.certificate}`)
    expect(report).toMatchObject({ added: [bob.fingerprint], skipped: [{ position: 1 }] })
  })

  it('takes the keys after a block without an end, and reports that', async () => {
    const report = await ring.import(`${alice.certificate.slice(0, 200)}\n${bob.certificate}`)
    expect(report).toMatchObject({ added: [bob.fingerprint], skipped: [{ position: 1 }] })
  })

  it('takes the whole keys of a binary export that was cut off, and reports the last', async () => {
    const binary = await Promise.all(
      [alice, bob].map(async ({ certificate }) => (await readKey({ armoredKey: certificate })).write()),
    )
    const report = await ring.import(Buffer.concat(binary).subarray(0, -5))
    expect(report).toMatchObject({ added: [alice.fingerprint], skipped: [{ position: 2 }] })
  })

  it('reads no key out of the name in another one', async () => {
    const named = { name: 'x' }
    const { certificate, fingerprint } = await generateGpgKey({ ...named, passphrase: PASSPHRASE })
    const key = await readKey({ armoredKey: certificate })
    const userId = key.users[0]?.userID as unknown as { userID: string }
    userId.userID = `\n${bob.certificate}\n`
    const { added } = await ring.import(key.write())
    expect(added).toEqual([fingerprint])
  })

  it('refuses what holds no keys', async () => {
    for (const input of ['', 'hello', Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(100, 0xff)]) {
      expect(await codeOf(ring.import(input))).toEqual(['INVALID_INPUT', 'GPG_NO_KEYS'])
    }
  })

  it('names keys whose secret part has no passphrase', async () => {
    const { secretKey, fingerprint } = await generateGpgKey({ name: 'Open', unprotected: true })
    expect(await ring.import(secretKey)).toMatchObject({ added: [fingerprint], unprotected: [fingerprint] })
  })

  it('looks through a text of many beginnings in no time', async () => {
    const { skipped } = await ring.import('-----BEGIN PGP PUBLIC KEY BLOCK-----\n'.repeat(20_000))
    expect(skipped).toHaveLength(20_000)
  })

  it('skips a certificate that strangers have made larger than 1 MiB', async () => {
    const key = await readKey({ armoredKey: alice.certificate })
    const signature = Buffer.concat([Uint8Array.of(0xc2, 0xff, 0, 0, 4, 0), Buffer.alloc(1024, 4)])
    const flooded = Buffer.concat([key.write(), ...Array.from({ length: 1100 }, () => signature)])
    expect(await ring.import(flooded)).toMatchObject({ added: [], skipped: [{ position: 1 }] })
  })
})

describe('a merge', () => {
  it('keeps former binding signatures beside a newer one: they are those of what was signed before', async () => {
    await ring.import(alice.secretKey)
    const [before] = (await ring.certificate(alice.fingerprint)).subkeys.map((subkey) => subkey.bindingSignatures)
    const keeper = new KeyKeeper({ keyRing: ring, passphrase: () => PASSPHRASE })
    await keeper.extend(alice.fingerprint, undefined)
    await ring.import(alice.certificate)
    for (const key of [await ring.certificate(alice.fingerprint), await ring.secretKey(alice.fingerprint)]) {
      expect(key.subkeys.map((subkey) => subkey.bindingSignatures.length)).toEqual([2, 2])
      expect(key.subkeys[0]?.bindingSignatures[0]?.created).toEqual(before?.[0]?.created)
    }
  })

  it('keeps a valid binding signature although a newer forged one comes', async () => {
    await ring.import(alice.certificate)
    const forged = await readKey({ armoredKey: alice.certificate })
    for (const subkey of forged.subkeys) {
      const [genuine] = subkey.bindingSignatures
      const forgery = new SignaturePacket()
      forgery.read(genuine?.write() as Uint8Array)
      const later = new Date(Date.now() + 1000)
      Object.assign(forgery, { created: later, signatureData: withLaterDate(forgery, later) })
      subkey.bindingSignatures = [forgery]
    }
    await ring.import(forged.write())
    const key = await ring.certificate(alice.fingerprint)
    await expect(key.getEncryptionKey()).resolves.toBeDefined()
    await expect(key.getSigningKey()).resolves.toBeDefined()
  })

  it('takes the offline primary key in when the whole key comes, and keeps it when it goes', async () => {
    const offline = await decryptKey({
      privateKey: await readPrivateKey({ armoredKey: alice.secretKey }),
      passphrase: PASSPHRASE,
    })
    withoutPrimary(offline)
    const subkeysOnly = offline.write()
    await ring.import(subkeysOnly)
    const whole = await readPrivateKey({ armoredKey: alice.secretKey })
    expect(await ring.import(whole.write())).toMatchObject({ updated: [alice.fingerprint] })
    expect(primaryIsThere(await ring.secretKey(alice.fingerprint))).toBe(true)
    await ring.import(subkeysOnly)
    expect(primaryIsThere(await ring.secretKey(alice.fingerprint))).toBe(true)
  })
})

function withLaterDate(signature: SignaturePacket, date: Date): Uint8Array {
  const data = Buffer.from(signature.write() as Uint8Array)
  // The creation time is the first hashed subpacket: length, type 2, four bytes.
  data.writeUInt32BE(Math.floor(date.getTime() / 1000), 8)
  const hashed = data.readUInt16BE(4)
  return data.subarray(0, 6 + hashed)
}

function withoutPrimary(key: PrivateKey): void {
  ;(key.keyPacket as unknown as { makeDummy(): void }).makeDummy()
}

function primaryIsThere(key: PrivateKey): boolean {
  return !(key.keyPacket as unknown as { isDummy(): boolean }).isDummy()
}

describe('a change of passphrase', () => {
  const opens = async (passphrase: string): Promise<boolean> =>
    decryptKey({ privateKey: await ring.secretKey(alice.fingerprint), passphrase }).then(
      () => true,
      () => false,
    )

  it('locks every part under the new one only', async () => {
    await ring.import(alice.secretKey)
    await ring.changePassphrase(alice.fingerprint, PASSPHRASE, '新的密码')
    expect([await opens(PASSPHRASE), await opens('新的密码')]).toEqual([false, true])
    for (const { keyPacket } of (await ring.secretKey(alice.fingerprint)).getKeys()) {
      expect(keyPacket.isDecrypted()).toBe(false)
    }
  })

  it('leaves the key as it was if the old one is wrong, or the new one empty', async () => {
    await ring.import(alice.secretKey)
    const wrong = ring.changePassphrase(alice.fingerprint, 'wrong', 'new')
    expect(await codeOf(wrong)).toEqual(['WRONG_PASSPHRASE', 'GPG_PASSPHRASE_WRONG'])
    const empty = ring.changePassphrase(alice.fingerprint, PASSPHRASE, '')
    expect(await codeOf(empty)).toEqual(['WRONG_PASSPHRASE', 'GPG_PASSPHRASE_REQUIRED'])
    expect(await opens(PASSPHRASE)).toBe(true)
    const absent = ring.changePassphrase(bob.fingerprint, PASSPHRASE, 'new')
    expect(await codeOf(absent)).toEqual(['KEY_NOT_FOUND', 'GPG_SECRET_KEY_NOT_FOUND'])
  })

  it('protects a key that came without a passphrase', async () => {
    const { secretKey, fingerprint } = await generateGpgKey({ name: 'Open', unprotected: true })
    await ring.import(secretKey)
    await ring.changePassphrase(fingerprint, '', PASSPHRASE)
    expect((await ring.secretKey(fingerprint)).isDecrypted()).toBe(false)
  })

  it('keeps a primary key that stayed offline as it is', async () => {
    const privateKey = await readPrivateKey({ armoredKey: alice.secretKey })
    withoutPrimary(privateKey)
    await ring.import(privateKey.write())
    await ring.changePassphrase(alice.fingerprint, PASSPHRASE, 'new')
    expect(primaryIsThere(await ring.secretKey(alice.fingerprint))).toBe(false)
    expect(await opens('new')).toBe(true)
  })
})

describe('files', () => {
  const secretFile = () => join(path, 'keys', `${alice.fingerprint}.asc`)

  it('keeps everything from other users, and secret keys locked', async () => {
    await ring.import(alice.secretKey)
    for (const file of [secretFile(), certificateFile(alice.fingerprint)]) {
      expect((await stat(file)).mode & 0o777).toBe(0o600)
    }
    for (const name of ['', 'certs', 'keys']) expect((await stat(join(path, name))).mode & 0o777).toBe(0o700)
    const key = await readPrivateKey({ armoredKey: await readFile(secretFile(), 'utf8') })
    expect(key.isDecrypted()).toBe(false)
  })

  it('leaves no other files behind', async () => {
    await ring.import(alice.secretKey + bob.certificate + alice.revocationCertificate)
    const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files).toHaveLength(3)
  })

  it('names a damaged file, and replaces it by the next import', async () => {
    await ring.import(alice.secretKey + bob.certificate)
    await truncate(certificateFile(alice.fingerprint), 100)
    await truncate(secretFile(), 100)
    expect(await codeOf(ring.certificate(alice.fingerprint))).toEqual(['STORE_DAMAGED', undefined])
    expect(await codeOf(ring.secretKey(alice.fingerprint))).toEqual(['STORE_DAMAGED', undefined])
    await ring.certificate(bob.fingerprint)
    await ring.import(alice.secretKey)
    await ring.certificate(alice.fingerprint)
    await ring.secretKey(alice.fingerprint)
  })

  it('does not take a file for the key that it is named after if it holds another', async () => {
    await ring.import(bob.certificate)
    const stolen = certificateFile(alice.fingerprint)
    await mkdir(join(stolen, '..'), { recursive: true })
    await writeFile(stolen, await readFile(certificateFile(bob.fingerprint)))
    expect(await codeOf(ring.certificate(alice.fingerprint))).toEqual(['STORE_DAMAGED', undefined])
  })

  it('reads certificates that other programs put there in armor', async () => {
    const file = certificateFile(alice.fingerprint)
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, alice.certificate)
    expect((await ring.certificate(alice.fingerprint)).getFingerprint().toUpperCase()).toBe(alice.fingerprint)
  })

  it('is empty before the first import, and has no folder', async () => {
    expect(await ring.list()).toEqual([])
    expect(await codeOf(ring.certificate(alice.fingerprint))).toEqual(['KEY_NOT_FOUND', 'GPG_KEY_NOT_FOUND'])
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })

  it('says why it cannot write', async () => {
    await writeFile(path, 'a file')
    expect(await codeOf(ring.import(alice.certificate))).toEqual(['IO', 'EEXIST'])
  })
})

describe('fingerprints', () => {
  it('are found as gpg prints them, and in small letters', async () => {
    await ring.import(alice.certificate)
    const groups = alice.fingerprint.replaceAll(/(.{4})/g, '$1 ').toLowerCase()
    await expect(ring.certificate(groups)).resolves.toBeDefined()
  })

  it('must be whole: short ids are refused', async () => {
    for (const short of [
      alice.fingerprint.slice(-8),
      alice.fingerprint.slice(-16),
      `0x${alice.fingerprint}`,
      '',
      '*',
    ]) {
      expect(await codeOf(ring.certificate(short))).toEqual(['INVALID_INPUT', 'GPG_FINGERPRINT_INVALID'])
    }
  })
})

it('loses nothing when several rings and processes import at once', async () => {
  const keys = await Promise.all(
    Array.from({ length: 4 }, (_, index) => generateGpgKey({ name: `${index}`, passphrase: PASSPHRASE })),
  )
  // Each has another subkey of the same key: whoever writes last must have read what the others wrote.
  const parts = await Promise.all(keys.map(() => partOf(alice)))
  const inputs = keys.map(({ secretKey }, index) => secretKey + parts[index])
  const here = inputs.slice(0, 2).map(async (input) => void (await new KeyRing(path).import(input)))
  await Promise.all([...here, ...inputs.slice(2).map(importElsewhere)])
  expect(await ring.list()).toEqual([...keys.map(({ fingerprint }) => fingerprint), alice.fingerprint].sort())
  expect((await ring.certificate(alice.fingerprint)).subkeys).toHaveLength(2 + parts.length)
}, 60_000)

/** Alice's certificate with one more subkey. */
async function partOf({ secretKey }: NewKey): Promise<string> {
  const key = await decryptKey({ privateKey: await readPrivateKey({ armoredKey: secretKey }), passphrase: PASSPHRASE })
  return (await key.addSubkey({ type: 'ecc', curve: 'curve25519Legacy' as 'ed25519Legacy' })).toPublic().armor()
}

/** In another process, which runs what is built. */
async function importElsewhere(input: string): Promise<void> {
  const file = join(folder, `${++count}.asc`)
  await writeFile(file, input)
  const program = fileURLToPath(new URL('import-keys.mjs', import.meta.url))
  await promisify(execFile)(process.execPath, [program, path, file])
}
