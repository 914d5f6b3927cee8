import { setImmediate as turn } from 'node:timers/promises'
import { CryptoError, createCrypto, type EncryptionContext } from '@parasol/core'
import { expect, it } from 'vitest'
import { AesProvider } from './aes-provider.js'

/** Counts how many calls are under way at once. */
class CountingProvider extends AesProvider {
  now = 0
  most = 0
  calls = 0

  override async encrypt(plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    this.calls += 1
    this.now += 1
    this.most = Math.max(this.most, this.now)
    await turn()
    this.now -= 1
    return super.encrypt(plaintext, context)
  }
}

const provider = new AesProvider('aes')
const cipherOf = (provider: AesProvider) => createCrypto([provider], { phone: { scheme: 'aes' } }).for('phone')
const phone = cipherOf(provider)
const numbers = Array.from({ length: 50 }, (_, n) => ({ plaintext: `1380013${8000 + n}`, context: { row: `${n}` } }))

it('encrypts and decrypts many values in their order', async () => {
  const encrypted = await phone.encryptMany(numbers)
  const items = encrypted.map((outcome, n) => ({ token: outcome.ok ? outcome.value : '', context: { row: `${n}` } }))
  const decrypted = await phone.decryptMany(items)
  expect(decrypted).toEqual(numbers.map(({ plaintext }) => ({ ok: true, value: plaintext })))
})

it('puts an error in the place of each item that fails, and goes on', async () => {
  const token = await phone.encrypt('13800138000', { row: '1' })
  const outcomes = await phone.decryptMany([
    { token, context: { row: '1' } },
    { token, context: { row: '2' } },
    { token: 'no token', context: { row: '1' } },
    { token: token.replace('aes', 'gpg'), context: { row: '1' } },
    { token, context: { row: '1' } },
  ])
  const codes = outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.code))
  expect(codes).toEqual(['13800138000', 'DECRYPTION_FAILED', 'INVALID_INPUT', 'SCHEME_NOT_ALLOWED', '13800138000'])
})

it('has a CryptoError even for an item that is none', async () => {
  const [outcome] = await phone.encryptMany([undefined as never])
  expect(outcome?.ok === false && CryptoError.is(outcome.error) && outcome.error.code).toBe('INVALID_INPUT')
})

it('works on as many items at once as it is told, and on no more', async () => {
  const counting = new CountingProvider('aes')
  await cipherOf(counting).encryptMany(numbers, { concurrency: 3 })
  expect({ most: counting.most, calls: counting.calls }).toEqual({ most: 3, calls: 50 })
})

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a concurrency of %d', async (concurrency) => {
  await expect(phone.encryptMany(numbers, { concurrency })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})

it('does not begin the rest after an abort', async () => {
  const counting = new CountingProvider('aes')
  const controller = new AbortController()
  const outcomes = cipherOf(counting).encryptMany(numbers, { concurrency: 2, signal: controller.signal })
  controller.abort()
  const codes = (await outcomes).map((outcome) => (outcome.ok ? 'encrypted' : outcome.error.code))
  expect(codes.slice(2)).toEqual(Array(48).fill('ABORTED'))
  expect(counting.calls).toBe(2)
})

it('gives nothing for nothing', async () => {
  expect(await phone.encryptMany([])).toEqual([])
})
