import { Readable } from 'node:stream'
import { GpgProvider, generateGpgKey, KeyKeeper, KeyRing } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { generateKey, PacketList, type PublicKey, readKey, readPrivateKey } from 'openpgp'
import { describe, expect, it, vi } from 'vitest'
import { type GnuPg, hasGpg } from './gnupg.js'
import { seal, sign } from './hostile-messages.js'
import { usePartiesAndGpg } from './parties-and-gpg.js'
import { PASSPHRASE, type TwoParties } from './two-parties.js'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let parties: TwoParties
let gnupg: GnuPg
usePartiesAndGpg((both) => {
  parties = both.parties
  gnupg = both.gnupg
})

const text = Buffer.from('13800138000')
const withGpg = it.skipIf(!hasGpg)
const bob = () => parties.provider({ recipients: [parties.bob], signer: parties.bob, verify: [parties.bob] })

async function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'read',
    (error) => (CryptoError.is(error) ? [error.code, error.reason, error.message] : error),
  )
}

const REFUSED = ['DECRYPTION_FAILED', undefined, 'Decryption failed']

async function readBoth(message: Uint8Array, reader = bob()): Promise<readonly unknown[]> {
  const stream = async (): Promise<void> => {
    for await (const piece of reader.decryptStream(Readable.from([message]), {})) expect(piece).toBeDefined()
  }
  return Promise.all([outcome(reader.decrypt(message, {})), outcome(stream())])
}

describe('what gpg can be told to write', () => {
  const write = (...flags: readonly string[]) =>
    gnupg.run(
      ['--passphrase', PASSPHRASE, '--local-user', parties.bob, '--recipient', parties.bob, ...flags, '--encrypt'],
      text,
    )

  withGpg.each([
    ['Twofish', ['--sign', '--cipher-algo', 'TWOFISH']],
    ['Blowfish', ['--sign', '--cipher-algo', 'BLOWFISH']],
    ['Camellia', ['--sign', '--cipher-algo', 'CAMELLIA256']],
    ['IDEA', ['--sign', '--cipher-algo', 'IDEA']],
    ['a signature with SHA-1', ['--sign', '--digest-algo', 'SHA1']],
    ['a signature with RIPEMD-160', ['--sign', '--digest-algo', 'RIPEMD160']],
    ['no signature', []],
  ])('refuses %s (needs gpg)', async (_name, flags) => {
    let message: Buffer
    try {
      message = write('--allow-weak-digest-algos', ...flags)
    } catch {
      // This gpg cannot be told to do it at all.
      return
    }
    expect(await readBoth(message)).toEqual([REFUSED, REFUSED])
  })

  withGpg.each([
    ['nothing more', []],
    ['a notation and a name of the file', ['--set-notation', 'a@example.com=b', '--set-filename', '报告.pdf']],
    ['SHA-384', ['--digest-algo', 'SHA384']],
    ['data that zip compressed', ['--compress-algo', 'zip']],
    ['what RFC 4880 knew', ['--rfc4880']],
    ['3DES', ['--cipher-algo', '3DES']],
    ['data that bzip2 compressed', ['--compress-algo', 'bzip2']],
    ['data that is not compressed', ['--compress-algo', 'none']],
    ['data that would be without integrity protection, if gpg did as it is told', ['--disable-mdc']],
    ['a password beside the keys', ['--symmetric']],
    ['CAST5', ['--cipher-algo', 'CAST5']],
    ['no names of recipients', ['--throw-keyids']],
  ])('reads and verifies %s (needs gpg)', async (_name, flags) => {
    expect(await readBoth(write('--sign', ...flags))).toEqual(['read', 'read'])
  })
})

it('refuses what was signed by a key that is compromised, and reads what a retired one signed before', async () => {
  for (const [reason, expected] of [
    ['compromised', REFUSED],
    ['retired', 'read'],
  ] as const) {
    const keyRing = KeyRing.inMemory()
    const keeper = new KeyKeeper({ keyRing })
    const { fingerprint } = await keeper.generate({ name: 'Signer', unprotected: true })
    const options = { keyRing, recipients: [fingerprint], signer: fingerprint }
    const message = await new GpgProvider(options).encrypt(text, {})
    await keeper.revoke(fingerprint, { reason })
    expect(await readBoth(message, new GpgProvider(options))).toEqual([expected, expected])
  }
})

it('refuses what was signed by a key when it had expired', async () => {
  const day = 86_400_000
  const created = new Date(Date.now() - 10 * day)
  const { privateKey } = await generateKey({
    type: 'ecc',
    userIDs: [{ name: 'Expired' }],
    date: created,
    keyExpirationTime: 86_400,
    format: 'object',
  })
  await parties.keyRing.import(privateKey.write())
  const signer = privateKey.getFingerprint().toUpperCase()
  const reader = () => parties.provider({ recipients: [parties.bob], verify: [signer] })
  const signed = await signAt(privateKey.write(), new Date(created.getTime() + day / 2))
  expect(await readBoth(await seal(parties, [parties.bob], ...signed), reader())).toEqual(['read', 'read'])
  const late = await signAt(privateKey.write(), new Date(created.getTime() + 2 * day)).catch(() => undefined)
  if (late) expect(await readBoth(await seal(parties, [parties.bob], ...late), reader())).toEqual([REFUSED, REFUSED])
})

/** A signature of that moment, although the key may not be valid then. */
async function signAt(key: Uint8Array, date: Date): Promise<Uint8Array[]> {
  const privateKey = await readPrivateKey({ binaryKey: key })
  privateKey.getSigningKey = async () => privateKey as never
  const { onePass, literal, signature } = await sign(privateKey, 'text', { date })
  return [onePass, literal, signature]
}

describe('how bytes come', () => {
  it('reads a message that lies in the middle of other memory', async () => {
    const message = await bob().encrypt(text, {})
    const memory = Buffer.concat([Buffer.alloc(33, 0x99), message, Buffer.alloc(21, 0x99)])
    const view = memory.subarray(33, 33 + message.length)
    expect(await readBoth(view)).toEqual(['read', 'read'])
    expect(Buffer.from(await bob().encrypt(memory.subarray(0, 5), {})).length).toBeGreaterThan(0)
  })

  it('reads a stream byte by byte', async () => {
    const message = await bob().encrypt(text, {})
    const pieces: Uint8Array[] = []
    const source = Readable.from([...message].map((byte) => Uint8Array.of(byte)))
    for await (const piece of bob().decryptStream(source, {})) pieces.push(Uint8Array.from(piece))
    expect(Buffer.concat(pieces)).toEqual(text)
  })

  it('refuses a stream that is cut off at the edge of each packet', async () => {
    const message = Buffer.from(await parties.provider({ verify: [parties.alice] }).encrypt(text, {}))
    const edges: number[] = [0]
    for (let at = 0; at < message.length; at = edges.at(-1) ?? message.length) {
      const length = message[at + 1] ?? 0
      const header = length < 192 ? 2 : 3
      const body = length < 192 ? length : (length - 192) * 256 + (message[at + 2] ?? 0) + 192
      edges.push(at + header + body)
    }
    expect(edges.at(-1)).toBe(message.length)
    for (const edge of edges.slice(0, -1)) {
      expect(await readBoth(message.subarray(0, edge), parties.provider())).toEqual([REFUSED, REFUSED])
    }
  })
})

describe('keys that are not in order', () => {
  it('leaves a subkey out that the owner did not bind, and does not encrypt to it', async () => {
    const ring = KeyRing.inMemory()
    const mine = await readKey({ armoredKey: (await generateGpgKey({ name: 'Mine', unprotected: true })).certificate })
    const theirs = await readKey({
      armoredKey: (await generateGpgKey({ name: 'Evil', unprotected: true })).certificate,
    })
    await ring.import(withSubkeysOf(mine, theirs))
    const found = await ring.certificate(mine.getFingerprint())
    const usable = await Promise.all(
      found.subkeys.map((subkey) =>
        subkey.verify().then(
          () => true,
          () => false,
        ),
      ),
    )
    expect(usable.filter(Boolean)).toHaveLength(2)
    const evil = theirs.getKeys().map((key) => key.getFingerprint())
    expect(evil).not.toContain((await found.getEncryptionKey()).getFingerprint())
  })

  it('says that a certificate without a user id cannot be used', async () => {
    const ring = KeyRing.inMemory()
    const key = await readKey({
      armoredKey: (await generateGpgKey({ name: 'Nameless', unprotected: true })).certificate,
    })
    key.users = []
    const report = await ring.import(key.write())
    const fingerprint = key.getFingerprint().toUpperCase()
    if (report.skipped.length > 0) return
    const provider = new GpgProvider({ keyRing: ring, recipients: [fingerprint], allowUnsigned: true })
    expect(await outcome(provider.encrypt(text, {}))).toEqual([
      'KEY_UNUSABLE',
      'GPG_KEY_UNUSABLE',
      expect.stringContaining(fingerprint),
    ])
  })

  it('skips keys of versions 3 and 5, and says so', async () => {
    for (const version of [3, 5]) {
      const body = Buffer.concat([Uint8Array.of(version), Buffer.alloc(60, 1)])
      const packet = Buffer.concat([Uint8Array.of(0xc6, body.length), body])
      const { skipped, added } = await KeyRing.inMemory().import(packet)
      expect([added, skipped]).toEqual([[], [{ position: 1, why: expect.any(String) }]])
    }
  })

  it('says what to do with a keybox of gpg', async () => {
    const keybox = Buffer.concat([Buffer.from([0, 0, 0, 32, 1, 1, 0, 2]), Buffer.from('KBXf'), Buffer.alloc(200)])
    expect(await outcome(KeyRing.inMemory().import(keybox))).toEqual([
      'INVALID_INPUT',
      'GPG_KEYBOX',
      expect.stringContaining('gpg --export'),
    ])
  })
})

function withSubkeysOf(key: PublicKey, other: PublicKey): Uint8Array {
  const packets = new PacketList()
  packets.push(
    ...key.toPacketList(),
    ...other.subkeys.flatMap(({ keyPacket, bindingSignatures }) => [keyPacket, ...bindingSignatures]),
  )
  return packets.write() as Uint8Array
}

it('unlocks keys with passphrases of any script, in the form in which they were given', async () => {
  const passphrase = 'Пароль 密码 🔑 é'
  const { secretKey, fingerprint } = await generateGpgKey({ name: 'Unicode', passphrase })
  const ring = KeyRing.inMemory()
  await ring.import(secretKey)
  const options = { keyRing: ring, recipients: [fingerprint], signer: fingerprint }
  await expect(new GpgProvider({ ...options, passphrase: () => passphrase }).encrypt(text, {})).resolves.toBeDefined()
  const other = new GpgProvider({ ...options, passphrase: () => passphrase.normalize('NFD') })
  expect(await outcome(other.encrypt(text, {}))).toEqual([
    'WRONG_PASSPHRASE',
    'GPG_PASSPHRASE_WRONG',
    expect.stringContaining(fingerprint),
  ])
})
