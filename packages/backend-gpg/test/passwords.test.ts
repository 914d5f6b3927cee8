import { GpgProvider, KeyRing } from '@parasol/backend-gpg'
import { gather, once } from '@parasol/testing'
import { readMessage } from 'openpgp'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { packet } from './packets.js'
import { createTwoParties, type TwoParties } from './two-parties.js'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const text = Buffer.from('13800138000')
let parties: TwoParties
beforeAll(async () => {
  parties = await createTwoParties()
})
afterAll(() => parties[Symbol.dispose]())

const refused = expect.objectContaining({ code: 'DECRYPTION_FAILED', message: 'Decryption failed' })

function byPassword(password: string): GpgProvider {
  return new GpgProvider({ keyRing: KeyRing.inMemory(), recipients: [], password: () => password, allowUnsigned: true })
}

it('encrypts to a password alone, whole and as a stream', async () => {
  const provider = byPassword('密码 correct')
  const whole = await provider.encrypt(text, {})
  const stream = await gather(provider.encryptStream(once(text), {}))
  for (const message of [whole, stream]) {
    expect(Buffer.from(await provider.decrypt(message, {}))).toEqual(text)
    expect(await gather(provider.decryptStream(once(message), {}))).toEqual(text)
    await expect(byPassword('wrong').decrypt(message, {})).rejects.toThrow(refused)
    await expect(gather(byPassword('wrong').decryptStream(once(message), {}))).rejects.toThrow(refused)
  }
})

it('opens a message to keys and a password by either, and verifies it either way', async () => {
  const writer = parties.provider({ password: () => 'shared' })
  const message = await writer.encrypt(text, {})
  expect(Buffer.from(await parties.provider().decrypt(message, {}))).toEqual(text)
  const keyRing = KeyRing.inMemory()
  await keyRing.import((await parties.keyRing.certificate(parties.alice)).write())
  const reader = new GpgProvider({ keyRing, recipients: [], password: () => 'shared', verify: [parties.alice] })
  expect(Buffer.from(await reader.decrypt(message, {}))).toEqual(text)
  const stranger = new GpgProvider({ keyRing, recipients: [], password: () => 'other', verify: [parties.alice] })
  await expect(stranger.decrypt(message, {})).rejects.toThrow(refused)
})

it('wants a password that is not empty', async () => {
  await expect(byPassword('').encrypt(text, {})).rejects.toThrow(
    expect.objectContaining({ code: 'WRONG_PASSPHRASE', reason: 'GPG_PASSPHRASE_REQUIRED' }),
  )
})

it('does not try more session keys under passwords than eight, nor such as cost gigabytes or many passes', async () => {
  const provider = byPassword('x')
  const message = Buffer.from(await provider.encrypt(text, {}))
  const end = 2 + (message[1] ?? 0)
  const [sessionKey, data] = [message.subarray(0, end), message.subarray(end)]
  await expect(
    provider.decrypt(Buffer.concat([...Array.from({ length: 9 }, () => sessionKey), data]), {}),
  ).rejects.toThrow(refused)
  for (const [passes, exponent] of [
    [1, 30],
    [255, 16],
    [1, 18],
  ] as const) {
    const greedy = packet(3, Uint8Array.of(4, 9, 4), Buffer.alloc(16), Uint8Array.of(passes, 4, exponent))
    await expect(provider.decrypt(Buffer.concat([greedy, data]), {})).rejects.toThrow(refused)
    expect(await provider.decrypt(Buffer.concat([greedy, sessionKey, data]), {})).toHaveLength(text.length)
  }
})

it('hides who can read a message, if it is one', async () => {
  const provider = parties.provider({ recipients: [parties.alice], hidden: true })
  const message = await provider.encrypt(text, {})
  const ids = (await readMessage({ binaryMessage: message })).getEncryptionKeyIDs()
  expect(ids.map((id) => id.toHex())).toEqual(['0000000000000000'])
  expect(Buffer.from(await parties.provider().decrypt(message, {}))).toEqual(text)
  expect(() => parties.provider({ hidden: true })).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
})
