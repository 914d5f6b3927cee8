import { type GpgOptions, GpgProvider } from '@parasol/backend-gpg'
import { CryptoError, createCrypto } from '@parasol/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTwoParties, type TwoParties } from './two-parties.js'

let parties: TwoParties
beforeAll(async () => {
  parties = await createTwoParties()
})
afterAll(() => parties[Symbol.dispose]())

const refused = expect.objectContaining({ code: 'DECRYPTION_FAILED', message: 'Decryption failed' })

function useCases(options: Partial<GpgOptions>) {
  return createCrypto([parties.provider(options)], {
    'customer.phone': { scheme: 'gpg' },
    'customer.mail': { scheme: 'gpg' },
    'client.phone': { scheme: 'gpg', purpose: 'customer.phone' },
  })
}

it('binds a signed context: neither another row nor another purpose reads a value', async () => {
  const crypto = useCases({ context: 'signed' })
  const phone = crypto.for('customer.phone')
  const token = await phone.encrypt('13800138000', { row: '7' })
  expect(await phone.decrypt(token, { row: '7' })).toBe('13800138000')
  await expect(phone.decrypt(token, { row: '8' })).rejects.toThrow(refused)
  await expect(phone.decrypt(token, {})).rejects.toThrow(refused)
  await expect(crypto.for('customer.mail').decrypt(token, { row: '7' })).rejects.toThrow(refused)
  expect(await crypto.for('client.phone').decrypt(token, { row: '7' })).toBe('13800138000')
})

it('refuses a context that would not be bound', async () => {
  const provider = parties.provider()
  for (const work of [
    provider.encrypt(Buffer.from('text'), { row: '7' }),
    provider.decrypt(Buffer.from('text'), { row: '7' }),
  ]) {
    const error = await work.catch((thrown) => thrown)
    expect(CryptoError.is(error) && error.code).toBe('INVALID_INPUT')
  }
})

it('does not take a message for one with a signed context if it has none, or the other way round', async () => {
  const signed = parties.provider({ context: 'signed' })
  const plain = parties.provider()
  const message = await plain.encrypt(Buffer.from('text'), {})
  await expect(signed.decrypt(message, {})).rejects.toThrow(refused)
  const ofRow7 = await signed.encrypt(Buffer.from('text'), { row: '7' })
  await expect(plain.decrypt(ofRow7, {})).rejects.toThrow(refused)
})

it('refuses a message whose signer is not pinned, although the context is right', async () => {
  const bob = parties.provider({ context: 'signed', signer: parties.bob })
  const alice = parties.provider({ context: 'signed' })
  const message = await bob.encrypt(Buffer.from('text'), { row: '7' })
  await expect(alice.decrypt(message, { row: '7' })).rejects.toThrow(refused)
  const both = parties.provider({ context: 'signed', verify: [parties.alice, parties.bob] })
  expect(Buffer.from(await both.decrypt(message, { row: '7' })).toString()).toBe('text')
})

it('is closed after its disposal', async () => {
  const provider = new GpgProvider({ keyRing: parties.keyRing, recipients: [parties.alice], allowUnsigned: true })
  provider[Symbol.dispose]()
  await expect(provider.encrypt(Buffer.from('text'), {})).rejects.toThrow(expect.objectContaining({ code: 'CLOSED' }))
})
