import { CryptoError } from '@parasol/core'
import { FakeKms, MISSING_KEY_ID } from '@parasol/testing'
import { expect, it } from 'vitest'

const context = { table: 'customers' }
const plaintext = Buffer.from('13800138000')

it('counts the calls of each operation, failed ones included', async () => {
  const kms = new FakeKms()
  const ciphertext = await kms.encrypt('alias/a', plaintext, context)
  await kms.decrypt(ciphertext, context)
  await expect(kms.decrypt(ciphertext, {})).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  await expect(kms.generateDataKey(MISSING_KEY_ID, context)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  expect(kms.calls).toEqual({ encrypt: 1, decrypt: 2, generateDataKey: 1 })
})

it('fails the next calls as it is told, then works again', async () => {
  const kms = new FakeKms()
  const error = new CryptoError('THROTTLED', 'Too many calls')
  kms.failNext(error, 2)
  await expect(kms.encrypt('alias/a', plaintext, context)).rejects.toBe(error)
  await expect(kms.generateDataKey('alias/a', context)).rejects.toBe(error)
  const ciphertext = await kms.encrypt('alias/a', plaintext, context)
  expect(Buffer.from(await kms.decrypt(ciphertext, context))).toEqual(plaintext)
})

it('gives up a call that takes its time when the signal is aborted', async () => {
  const kms = new FakeKms({ latencyMs: 60_000 })
  const controller = new AbortController()
  const pending = kms.encrypt('alias/a', plaintext, context, { signal: controller.signal })
  controller.abort()
  await expect(pending).rejects.toMatchObject({ code: 'ABORTED' })
})

it('keeps an injected failure for the next call when a call was aborted', async () => {
  const kms = new FakeKms()
  kms.failNext(new CryptoError('THROTTLED', 'Too many calls'))
  const signal = AbortSignal.abort()
  await expect(kms.encrypt('alias/a', plaintext, context, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(kms.encrypt('alias/a', plaintext, context)).rejects.toMatchObject({ code: 'THROTTLED' })
})

it('has other keys under the same ids in another instance', async () => {
  const [kms, other] = [new FakeKms(), new FakeKms()]
  await other.encrypt('alias/a', plaintext, context)
  const ciphertext = await kms.encrypt('alias/a', plaintext, context)
  await expect(other.decrypt(ciphertext, context)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
})

it('takes key ids of up to 255 bytes', async () => {
  const kms = new FakeKms()
  const ciphertext = await kms.encrypt('密'.repeat(85), plaintext, context)
  expect(Buffer.from(await kms.decrypt(ciphertext, context))).toEqual(plaintext)
  await expect(kms.encrypt('k'.repeat(256), plaintext, context)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})
