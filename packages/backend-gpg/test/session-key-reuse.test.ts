import { type GpgOptions, GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { gather, once } from '@parasol/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { parseEncryptedMessage } from '../src/encrypted-message.js'
import { ReusedSessionKey } from '../src/reuse/reused-session-key.js'
import { SessionKeyMemory } from '../src/reuse/session-key-memory.js'
import { type GnuPg, hasGpg, openGnuPgOf } from './gnupg.js'
import { createTwoParties, PASSPHRASE, type TwoParties } from './two-parties.js'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let parties: TwoParties
beforeAll(async () => {
  parties = await createTwoParties()
})
afterAll(() => parties[Symbol.dispose]())

const refused = expect.objectContaining({ code: 'DECRYPTION_FAILED' })
const text = (index: number): Buffer => Buffer.from(`message ${index} 身份证`)

/** What stands before the encrypted data: equal for messages under one session key, and for no others. */
function sessionKeyOf(message: Uint8Array): string {
  const { preamble } = parseEncryptedMessage(message) ?? {}
  return Buffer.from(preamble ?? []).toString('hex')
}

async function encryptMany(count: number, sessionKeys: GpgOptions['sessionKeys'], size = 0): Promise<Uint8Array[]> {
  using provider = parties.provider(sessionKeys ? { sessionKeys } : {})
  const messages = Array.from({ length: count }, (_, index) => Buffer.concat([text(index), Buffer.alloc(size)]))
  return await Promise.all(messages.map((message) => provider.encrypt(message, {})))
}

const distinct = (messages: readonly Uint8Array[]): number => new Set(messages.map(sessionKeyOf)).size

it('gives each message a session key of its own unless told otherwise', async () => {
  expect(distinct(await encryptMany(3, undefined))).toBe(3)
  expect(distinct(await encryptMany(3, { remember: {} }))).toBe(3)
})

it('uses a session key again within its limits, whatever happens at once', async () => {
  expect(distinct(await encryptMany(6, { reuse: {} }))).toBe(1)
  expect(distinct(await encryptMany(6, { reuse: { maxMessages: 2 } }))).toBe(3)
  expect(distinct(await encryptMany(4, { reuse: { maxBytes: 2 * 1018 } }, 1000))).toBe(4)
  expect(distinct(await encryptMany(4, { reuse: { maxBytes: 2 * 1030 } }, 1000))).toBe(2)
})

it('gives a message that is too large by itself, and every stream, a session key of its own', async () => {
  expect(distinct(await encryptMany(2, { reuse: { maxBytes: 999 } }, 1000))).toBe(2)
  using provider = parties.provider({ sessionKeys: { reuse: {} } })
  const streams = [gather(provider.encryptStream(once(text(1)), {})), gather(provider.encryptStream(once(text(1)), {}))]
  expect(distinct([await provider.encrypt(text(1), {}), ...(await Promise.all(streams))])).toBe(3)
})

it('writes no two messages alike under one session key', async () => {
  using provider = parties.provider({ sessionKeys: { reuse: {} } })
  const [one, two] = await Promise.all([provider.encrypt(text(1), {}), provider.encrypt(text(1), {})])
  const datas = [one, two].map((message) => Buffer.from(parseEncryptedMessage(message)?.data.subarray(3) ?? []))
  expect(datas[0]?.subarray(0, 16)).not.toEqual(datas[1]?.subarray(0, 16))
})

it('makes a new session key when the old one is too old, and zeroes that', async () => {
  let now = 0
  using source = new ReusedSessionKey({ limits: { maxAgeSeconds: 10 }, now: () => now })
  const recipients = [await parties.keyRing.certificate(parties.bob)]
  const lease = () => source.forMessage({ recipients, passwords: [], hidden: false, profile: 'compat' }, 1)
  const first = await lease()
  now = 9_999
  using second = await lease()
  expect(second.sessionKey).toBe(first.sessionKey)
  now = 10_000
  using third = await lease()
  expect(third.written?.preamble).not.toEqual(first.written?.preamble)
  expect(first.sessionKey.some((byte) => byte !== 0)).toBe(true)
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  expect(second.sessionKey.some((byte) => byte !== 0)).toBe(true)
  second[Symbol.dispose]()
  expect(second.sessionKey.every((byte) => byte === 0)).toBe(true)
})

it('makes a new session key for other readers, and for a certificate that changed', async () => {
  using source = new ReusedSessionKey({ limits: {} })
  const preambleFor = async (...names: string[]): Promise<string> => {
    const recipients = await Promise.all(names.map((name) => parties.keyRing.certificate(name)))
    using lease = await source.forMessage({ recipients, passwords: [], hidden: false, profile: 'compat' }, 1)
    return Buffer.from(lease.written?.preamble ?? []).toString('hex')
  }
  const both = await preambleFor(parties.alice, parties.bob)
  expect(await preambleFor(parties.alice, parties.bob)).toBe(both)
  expect(await preambleFor(parties.bob)).not.toBe(both)
})

it('refuses a reader whose key was revoked after the session key was made', async () => {
  using others = await createTwoParties()
  using source = new ReusedSessionKey({ limits: {} })
  const lease = async () => {
    const recipients = [await others.keyRing.certificate(others.bob)]
    return source.forMessage({ recipients, passwords: [], hidden: false, profile: 'compat' }, 1)
  }
  ;(await lease())[Symbol.dispose]()
  const { KeyKeeper } = await import('@parasol/backend-gpg')
  await new KeyKeeper({ keyRing: others.keyRing, passphrase: () => PASSPHRASE }).revoke(others.bob, {
    reason: 'compromised',
  })
  await expect(lease()).rejects.toThrow(expect.objectContaining({ reason: 'GPG_KEY_REVOKED' }))
})

it('makes no session key after its disposal', async () => {
  const source = new ReusedSessionKey({ limits: {} })
  const recipients = [await parties.keyRing.certificate(parties.bob)]
  source[Symbol.dispose]()
  await expect(source.forMessage({ recipients, passwords: [], hidden: false, profile: 'compat' }, 1)).rejects.toThrow(
    expect.objectContaining({ code: 'CLOSED' }),
  )
})

it('binds each message to its context although the session key is the same', async () => {
  using provider = parties.provider({ context: 'signed', sessionKeys: { reuse: {}, remember: {} } })
  const [seven, eight] = [await provider.encrypt(text(7), { row: '7' }), await provider.encrypt(text(8), { row: '8' })]
  expect(sessionKeyOf(seven)).toBe(sessionKeyOf(eight))
  expect(Buffer.from(await provider.decrypt(seven, { row: '7' }))).toEqual(text(7))
  await expect(provider.decrypt(eight, { row: '7' })).rejects.toThrow(refused)
  expect(Buffer.from(await provider.decrypt(eight, { row: '8' }))).toEqual(text(8))
})

it('gives each message of RFC 9580 a key of its own, made from the session key and a fresh salt', async () => {
  const keyRing = KeyRing.inMemory()
  const { fingerprint, secretKey } = await generateGpgKey({ name: 'Modern', profile: 'modern', unprotected: true })
  await keyRing.import(secretKey)
  const options = { keyRing, profile: 'modern', recipients: [fingerprint], signer: fingerprint } as const
  using provider = new GpgProvider({ ...options, sessionKeys: { reuse: {}, remember: {} } })
  const messages = [await provider.encrypt(text(1), {}), await provider.encrypt(text(2), {})] as const
  expect(distinct(messages)).toBe(1)
  const [one, two] = messages.map((message) => saltOf(parseEncryptedMessage(message)?.data ?? new Uint8Array()))
  expect(one).toHaveLength(32)
  expect(one).not.toEqual(two)
  for (const [index, message] of messages.entries()) {
    expect(Buffer.from(await provider.decrypt(message, {}))).toEqual(text(index + 1))
    using stranger = new GpgProvider(options)
    expect(await gather(stranger.decryptStream(once(message), {}))).toEqual(text(index + 1))
  }
})

/** After the header of the packet: version, cipher, mode, size of chunks, salt (RFC 9580, section 5.13.2). */
function saltOf(data: Uint8Array): Buffer {
  const start = 1 + ((data[1] ?? 0) < 192 ? 1 : 2)
  expect(data[start]).toBe(2)
  return Buffer.from(data.subarray(start + 4, start + 36))
}

it('reads messages under a session key that it remembers, in memory and as a stream', async () => {
  const messages = await encryptMany(4, { reuse: {} })
  using provider = parties.provider({ sessionKeys: { remember: {} } })
  for (const [index, message] of messages.entries()) {
    const read = index % 2 === 0 ? provider.decrypt(message, {}) : gather(provider.decryptStream(once(message), {}))
    expect(Buffer.from(await read)).toEqual(text(index))
  }
})

it('refuses a message that was changed as much under a session key that it remembers', async () => {
  const [first, second] = await encryptMany(2, { reuse: {} })
  using provider = parties.provider({ sessionKeys: { remember: {} } })
  await provider.decrypt(first as Uint8Array, {})
  for (const place of [10, (second as Uint8Array).length - 100, (second as Uint8Array).length - 1]) {
    const changed = Uint8Array.from(second as Uint8Array)
    changed[place] = (changed[place] as number) ^ 1
    await expect(provider.decrypt(changed, {})).rejects.toThrow(refused)
  }
  expect(Buffer.from(await provider.decrypt(second as Uint8Array, {}))).toEqual(text(1))
})

it('remembers what opened a message only once that was accepted, so much of it, and so long', () => {
  let now = 0
  const memory = new SessionKeyMemory({ maxEntries: 2, maxAgeSeconds: 10 }, () => now)
  const [a, b, c] = ['a', 'b', 'c'].map((name) => memory.of(Buffer.from(name)))
  const key = { algorithm: 'aes256', data: Buffer.alloc(32, 7) } as const
  expect(a?.recall()).toBeUndefined()
  for (const each of [a, b, c]) each?.remember([key])
  expect(memory.size).toBe(2)
  expect(a?.recall()).toBeUndefined()
  const copy = c?.recall()?.[0]
  expect(Buffer.from(copy?.data ?? [])).toEqual(key.data)
  copy?.data.fill(0)
  expect(Buffer.from(c?.recall()?.[0]?.data ?? [])).toEqual(key.data)
  now = 10_000
  expect(c?.recall()).toBeUndefined()
  memory[Symbol.dispose]()
  a?.remember([key])
  expect(memory.size).toBe(0)
})

it.each([
  ['without a signer', { signer: undefined, verify: ['0'.repeat(40)], sessionKeys: { reuse: {} } }],
  ['with a hidden recipient', { hidden: true, recipients: ['0'.repeat(40)], sessionKeys: { reuse: {} } }],
  ['for no message', { sessionKeys: { reuse: { maxMessages: 0 } } }],
  ['beyond what a cipher bears', { sessionKeys: { reuse: { maxBytes: 2 ** 40 } } }],
  ['for part of a second', { sessionKeys: { remember: { maxAgeSeconds: 0.5 } } }],
])('does not use session keys again %s', (_name, options) => {
  expect(() => parties.provider(options as Partial<GpgOptions>)).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG' }),
  )
})

it.skipIf(!hasGpg)('writes messages under one session key that gpg reads one by one (needs gpg)', async () => {
  using gnupg: GnuPg = await openGnuPgOf(parties)
  const messages = await encryptMany(2, { reuse: {} })
  expect(distinct(messages)).toBe(1)
  for (const [index, message] of messages.entries()) {
    const output = gnupg.run(['--passphrase', PASSPHRASE, '--status-fd', '1', '--decrypt'], message).toString()
    expect(output).toMatch(new RegExp(`VALIDSIG .* ${parties.alice}$`, 'm'))
    expect(output).toContain('GOODMDC')
    expect(output).toContain(text(index).toString())
  }
})
