import { randomBytes } from 'node:crypto'
import { type GpgOptions, GpgProvider, generateGpgKey, inspectMessage, KeyRing } from '@parasol/backend-gpg'
import {
  encryptData,
  readCertificates,
  readSecretKeys,
  signCleartext,
  signDetached,
  signDetachedStream,
  signInline,
  unlockByAny,
  verifyDetached,
  verifyDetachedStream,
  verifyInline,
} from '@parasol/backend-gpg/stateless'
import { gather } from '@parasol/testing'
import { enums, generateKey, type PrivateKey, readKey, readMessage, readSignature } from 'openpgp'
import { beforeAll, describe, expect, it, vi } from 'vitest'

// Keys are made, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const text = Buffer.from('身份证 13800138000\n- dashes\n')
const ring = KeyRing.inMemory()
let modern: string
let other: string
let old: string
let offering: string
beforeAll(async () => {
  const make = async (name: string, profile: 'modern' | 'compat'): Promise<string> => {
    const { secretKey, fingerprint } = await generateGpgKey({ name, profile, unprotected: true })
    await ring.import(secretKey)
    return fingerprint
  }
  modern = await make('Modern', 'modern')
  other = await make('Other', 'modern')
  old = await make('Old', 'compat')
  offering = await importKey({ v6Keys: false, aeadProtect: true, preferredAEADAlgorithm: enums.aead.gcm })
})

/** A key of an owner who prefers other things than ours. */
async function importKey(config: object): Promise<string> {
  const { privateKey } = await generateKey({
    type: 'ecc',
    curve: 'curve25519Legacy' as 'ed25519Legacy',
    userIDs: [{ name: 'Offering' }],
    format: 'object',
    config,
  })
  await ring.import(privateKey.write())
  return privateKey.getFingerprint().toUpperCase()
}

function provider(options: Partial<GpgOptions> = {}): GpgProvider {
  return new GpgProvider({ keyRing: ring, profile: 'modern', recipients: [modern, other], signer: modern, ...options })
}

async function* inPieces(bytes: Uint8Array, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function signer(): Promise<PrivateKey> {
  return ring.secretKey(modern)
}

async function cipherOf(message: Uint8Array): Promise<unknown> {
  const { packets } = await readMessage({ binaryMessage: message })
  const data = packets.findPacket(enums.packet.symEncryptedIntegrityProtectedData)
  const { version, cipherAlgorithm, aeadAlgorithm } = data as unknown as Record<string, number>
  return [version, cipherAlgorithm, aeadAlgorithm]
}

const AES256_OCB = [2, enums.symmetric.aes256, enums.aead.ocb]
const COMPAT = [1, null, null]
const incompatible = expect.objectContaining({ code: 'KEY_UNUSABLE', reason: 'GPG_KEY_INCOMPATIBLE' })

/** What the types of OpenPGP.js do not tell of a secret key packet. */
interface LockablePacket {
  encrypt(passphrase: string, config: object): Promise<void>
  clearPrivateParams(): void
  readonly s2k: object
}

const argon2 = { aeadProtect: true, preferredAEADAlgorithm: enums.aead.ocb, s2kType: enums.s2k.argon2 }

describe('keys', () => {
  it('are of version 6, of the algorithms of RFC 9580, and say that their owner reads it', async () => {
    const key = await ring.certificate(modern)
    expect(modern).toMatch(/^[0-9A-F]{64}$/)
    expect(key.getKeys().map(({ keyPacket }) => keyPacket.version)).toEqual([6, 6, 6])
    expect(key.getKeys().map(({ keyPacket }) => keyPacket.algorithm)).toEqual([
      enums.publicKey.ed25519,
      enums.publicKey.ed25519,
      enums.publicKey.x25519,
    ])
    expect(await key.getExpirationTime()).toBeInstanceOf(Date)
  })

  it('are locked by Argon2 and OCB, and unlocked', async () => {
    const passphrase = 'correct horse 电池'
    const { secretKey, fingerprint } = await generateGpgKey({ name: 'Locked', profile: 'modern', passphrase })
    const [locked] = await readSecretKeys(Buffer.from(secretKey))
    expect(locked?.keyPacket).toMatchObject({ s2k: { type: 'argon2' }, s2kUsage: 253, aead: enums.aead.ocb })
    await ring.import(secretKey)
    const options = { recipients: [fingerprint], signer: fingerprint }
    const own = provider({ ...options, passphrase: () => passphrase })
    const sealed = await own.encrypt(text, {})
    expect(Buffer.from(await own.decrypt(sealed, {}))).toEqual(text)
    await expect(provider({ ...options, passphrase: () => 'wrong' }).decrypt(sealed, {})).rejects.toThrow(
      expect.objectContaining({ code: 'WRONG_PASSPHRASE' }),
    )
  })

  it('are unlocked although Argon2 takes more memory than a message may ask for', async () => {
    const [key] = await readSecretKeys((await ring.secretKey(modern)).write())
    const s2kArgon2Params = { passes: 1, parallelism: 4, memoryExponent: 19 }
    const packet = key?.keyPacket as unknown as LockablePacket
    await packet.encrypt('costly', { ...argon2, s2kArgon2Params, maxArgon2MemoryExponent: 19 })
    packet.clearPrivateParams()
    expect((await unlockByAny(key as PrivateKey, ['costly'])).isDecrypted()).toBe(true)
  })

  it('are not unlocked if Argon2 asks for more than 2 GiB, in whatever way', async () => {
    const [key] = await readSecretKeys((await ring.secretKey(modern)).write())
    const packet = key?.keyPacket as unknown as LockablePacket
    await packet.encrypt('word', { ...argon2, s2kArgon2Params: { passes: 1, parallelism: 4, memoryExponent: 10 } })
    packet.clearPrivateParams()
    for (const [t, encodedM] of [
      [1, 22],
      [255, 14],
      [3, 20],
    ] as const) {
      Object.assign(packet.s2k, { t, encodedM })
      await expect(unlockByAny(key as PrivateKey, ['word'])).rejects.toThrow(
        expect.objectContaining({ code: 'KEY_UNUSABLE', reason: 'GPG_KEY_UNUSABLE' }),
      )
    }
  })

  it('can be on other curves, of the profile only', async () => {
    for (const algorithm of ['curve448', 'nistp256'] as const) {
      const { certificate } = await generateGpgKey({ name: 'x', profile: 'modern', algorithm, unprotected: true })
      expect((await readKey({ armoredKey: certificate })).keyPacket.version).toBe(6)
    }
    for (const [profile, algorithm] of [
      ['compat', 'curve448'],
      ['modern', 'brainpoolP256r1'],
    ] as const) {
      await expect(generateGpgKey({ name: 'x', profile, algorithm, unprotected: true })).rejects.toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', reason: 'GPG_KEY_OPTIONS_INVALID' }),
      )
    }
  })
})

describe('messages', () => {
  it('are authenticated data with session keys and signatures of version 6', async () => {
    const message = await provider().encrypt(text, {})
    expect(await cipherOf(message)).toEqual(AES256_OCB)
    const { packets } = await readMessage({ binaryMessage: message })
    const versions = packets.filterByTag(enums.packet.publicKeyEncryptedSessionKey).map((each) => each as never)
    expect(versions.map(({ version }) => version)).toEqual([6, 6])
    expect(Buffer.from(await provider({ recipients: [other] }).decrypt(message, {}))).toEqual(text)
  })

  it('are read as a whole when they were written as a stream, and the other way round', async () => {
    const chunk = 2 ** 18
    for (const length of [0, 5, chunk - 16, chunk, 2 * chunk + 77]) {
      const plaintext = randomBytes(length)
      const stream = await gather(provider().encryptStream(inPieces(plaintext), {}))
      expect(plaintext.equals(await provider().decrypt(stream, {}))).toBe(true)
      const whole = await provider().encrypt(plaintext, {})
      expect(plaintext.equals(await gather(provider().decryptStream(inPieces(whole), {})))).toBe(true)
    }
  })

  it('are opened by a password too, which Argon2 makes expensive to guess', async () => {
    const options = { recipients: [], password: () => 'correct horse', decryptWith: [], verify: [modern] }
    const message = await provider(options).encrypt(text, {})
    const { packets } = await readMessage({ binaryMessage: message })
    const [packet] = packets.filterByTag(enums.packet.symEncryptedSessionKey)
    const { version, s2k } = packet as unknown as { version: number; s2k: { type: string } }
    expect([version, s2k.type]).toEqual([6, 'argon2'])
    expect(Buffer.from(await provider(options).decrypt(message, {}))).toEqual(text)
    const wrong = provider({ ...options, password: () => 'wrong' })
    await expect(wrong.decrypt(message, {})).rejects.toThrow(expect.objectContaining({ code: 'DECRYPTION_FAILED' }))
  })

  it('bind a context, and hide a recipient', async () => {
    const options = { context: 'signed', hidden: true, recipients: [other], armor: true } as const
    const message = await provider(options).encrypt(text, { row: '7' })
    expect(inspectMessage(message)).toMatchObject({ recipients: ['hidden'], protection: 'SEIPD version 2' })
    expect(Buffer.from(await provider(options).decrypt(message, { row: '7' }))).toEqual(text)
    await expect(provider(options).decrypt(message, { row: '8' })).rejects.toThrow('Decryption failed')
  })

  it('are armored without a checksum, which those for gpg 2.2 have', async () => {
    const written = async (options: Partial<GpgOptions>) =>
      Buffer.from(await provider({ armor: true, ...options }).encrypt(text, {})).toString()
    expect(await written({})).not.toMatch(/^=.{4}$/m)
    expect(await written({ profile: 'compat', recipients: [old], signer: old })).toMatch(/^=.{4}$/m)
  })

  it('are signed by keys of any version', async () => {
    const message = await provider({ signer: old }).encrypt(text, {})
    expect(Buffer.from(await provider({ signer: old }).decrypt(message, {}))).toEqual(text)
  })
})

describe('what the recipients say decides', () => {
  it('takes the cipher that all of them prefer', async () => {
    const to = async (...recipients: string[]) => cipherOf(await provider({ recipients }).encrypt(text, {}))
    expect(await to(modern, other)).toEqual(AES256_OCB)
    expect(await to(modern, offering)).toEqual(AES256_OCB)
    const bare = await importKey({ aeadProtect: true })
    await rewriteSuites(bare, [[enums.symmetric.aes256, enums.aead.gcm]])
    expect(await to(modern, bare)).toEqual([2, enums.symmetric.aes256, enums.aead.gcm])
    const silent = await importKey({ aeadProtect: true })
    await rewriteSuites(silent, null)
    expect(await to(modern, silent)).toEqual([2, enums.symmetric.aes128, enums.aead.ocb])
    expect(await to(bare, silent)).toEqual([2, enums.symmetric.aes128, enums.aead.ocb])
  })

  it('refuses a recipient whose key does not say that RFC 9580 can be read', async () => {
    await expect(provider({ recipients: [modern, old] }).encrypt(text, {})).rejects.toThrow(incompatible)
    await expect(gather(provider({ recipients: [old] }).encryptStream(inPieces(text), {}))).rejects.toThrow(
      incompatible,
    )
  })

  it('falls back with "auto" to what everybody reads, if the signer can be read by everybody', async () => {
    const auto = (recipients: string[], signer = old) =>
      provider({ profile: 'auto', recipients, signer, verify: [signer] }).encrypt(text, {})
    expect(await cipherOf(await auto([modern, offering]))).toEqual(AES256_OCB)
    const mixed = await auto([modern, old])
    expect(await cipherOf(mixed)).toEqual(COMPAT)
    for (const reader of [modern, old]) {
      const reading = provider({ recipients: [reader], signer: old })
      expect(Buffer.from(await reading.decrypt(mixed, {}))).toEqual(text)
    }
    await expect(auto([modern, old], modern)).rejects.toThrow(incompatible)
  })

  it('writes to a password alone, with "auto", what everybody reads', async () => {
    const options = { profile: 'auto', recipients: [], signer: old, password: () => 'correct horse' } as const
    expect(await cipherOf(await provider(options).encrypt(text, {}))).toEqual(COMPAT)
  })

  it('refuses modern keys by default, for gpg 2.2 reads none of what they take', async () => {
    const options = { profile: 'compat', recipients: [old] } as const
    await expect(provider({ ...options, recipients: [modern], signer: old }).encrypt(text, {})).rejects.toThrow(
      incompatible,
    )
    await expect(provider({ ...options, signer: modern }).encrypt(text, {})).rejects.toThrow(incompatible)
  })
})

/** Makes a key say other things of the ciphers that its owner prefers. */
async function rewriteSuites(
  fingerprint: string,
  suites: readonly (readonly [number, number])[] | null,
): Promise<void> {
  await ring.change(fingerprint, async (key) => {
    for (const { userID, selfCertifications } of key.users) {
      // biome-ignore lint/suspicious/noExplicitAny: the types of OpenPGP.js do not tell of this.
      const signature = selfCertifications[0] as any
      signature.preferredCipherSuites = suites
      signature.rawNotations = []
      const later = new Date(signature.created.getTime() + 1000)
      await signature.sign(key.keyPacket, { key: key.keyPacket, userID }, later, false, {})
    }
    return key
  })
}

describe('signatures', () => {
  it('of version 6 stand beside their data, in it, and below it', async () => {
    const signers = [await signer()]
    const certificates = await readCertificates((await ring.certificate(modern)).write())
    for (const armor of [true, false]) {
      const detached = await signDetached(text, { signers, armor })
      expect(await verifyDetached(text, detached, certificates)).toMatchObject([{ primary: modern, mode: 'binary' }])
      expect(await verifyDetached(Buffer.from('other'), detached, certificates)).toEqual([])
      const inline = await signInline(text, { signers, armor })
      const read = await verifyInline(inline, certificates)
      expect([Buffer.from(read.data), read.signatures]).toMatchObject([text, [{ primary: modern }]])
    }
    const clear = Buffer.from(await signCleartext(text, signers)).toString()
    expect(clear).not.toMatch(/^=.{4}$/m)
    expect(await verifyInline(Buffer.from(clear), certificates)).toMatchObject({ signatures: [{ primary: modern }] })
    const changed = Buffer.from(clear.replace('dashes', 'lashes'))
    expect((await verifyInline(changed, certificates)).signatures).toEqual([])
  })

  it('of version 6 are made and verified while the data passes by', async () => {
    const certificates = [await ring.certificate(modern)]
    const data = randomBytes(300_000)
    const signature = await signDetachedStream(inPieces(data), { signers: [await signer()], armor: false })
    const { packets } = await readSignature({ binarySignature: signature })
    expect(packets[0]).toMatchObject({ version: 6, salt: expect.objectContaining({ length: 32 }) })
    expect(await verifyDetached(data, signature, certificates)).toHaveLength(1)
    expect(await verifyDetachedStream(inPieces(data), signature, certificates)).toHaveLength(1)
    expect(await verifyDetachedStream(inPieces(data.subarray(1)), signature, certificates)).toEqual([])
  })

  it('of two versions go with one message', async () => {
    const signers = [await signer(), await ring.secretKey(old)]
    const recipients = [await ring.certificate(other)]
    const { message, sessionKey } = await encryptData(text, { profile: 'modern', recipients, signers, armor: false })
    expect(sessionKey.algorithm).toBe('aes256')
    const reader = provider({ recipients: [other], verify: [modern, old] })
    expect(Buffer.from(await reader.decrypt(message, {}))).toEqual(text)
    const strict = provider({ recipients: [other], verify: [modern] })
    await expect(strict.decrypt(message, {})).rejects.toThrow('Decryption failed')
  })
})
