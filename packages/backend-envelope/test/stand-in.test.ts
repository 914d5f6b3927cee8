import { EnvelopeProvider, inspectEnvelope } from '@parasol/backend-envelope'
import { CryptoError, type CryptoErrorCode } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'
import { CONTEXT } from './vector-set.js'

const PLAINTEXT = Buffer.from('13800138000')
const KEY = 'alias/parasol'
const SECOND = 'alias/second'
const down = (code: CryptoErrorCode = 'KMS_UNAVAILABLE') => new CryptoError(code, 'on purpose')
const labelsOf = (ciphertext: Uint8Array) => inspectEnvelope(ciphertext).wrappedKeys.map(({ keyId }) => keyId)

function setup(standsIn = true) {
  const [kms, second] = [new FakeKms(), new FakeKms()]
  const provider = new EnvelopeProvider({ kms, keyId: KEY, recovery: [{ kms: second, keyId: SECOND, standsIn }] })
  return { kms, second, provider }
}

it.each<CryptoErrorCode>(['KMS_UNAVAILABLE', 'TIMEOUT', 'THROTTLED', 'KMS_PROTOCOL'])(
  'lets a recipient that stands in open data keys when the KMS fails with %s',
  async (code) => {
    const { kms, second, provider } = setup()
    const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
    kms.failNext(down(code))
    expect(await provider.decrypt(ciphertext, CONTEXT)).toEqual(PLAINTEXT)
    expect([kms.calls.decrypt, second.calls.decrypt]).toEqual([1, 1])
    expect(provider.stats()).toMatchObject({ standIns: 1, kmsCalls: { decrypt: 2 } })
  },
)

it.each<CryptoErrorCode>(['ACCESS_DENIED', 'KEY_UNUSABLE', 'DECRYPTION_FAILED', 'ABORTED'])(
  'does not go round a KMS that refuses with %s',
  async (code) => {
    const { kms, second, provider } = setup()
    const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
    kms.failNext(down(code))
    await expect(provider.decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code })
    expect(second.calls.decrypt).toBe(0)
  },
)

it('asks no recipient that does not stand in', async () => {
  const { kms, second, provider } = setup(false)
  const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
  kms.failNext(down())
  await expect(provider.decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  expect(second.calls.decrypt).toBe(0)
})

it('gives the failure of its own KMS if nobody can stand in', async () => {
  const { kms, second, provider } = setup()
  const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
  kms.failNext(down('TIMEOUT'))
  second.failNext(down('THROTTLED'))
  await expect(provider.decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'TIMEOUT' })
  const before = await new EnvelopeProvider({ kms, keyId: KEY }).encrypt(PLAINTEXT, CONTEXT)
  kms.failNext(down('TIMEOUT'))
  await expect(provider.decrypt(before, CONTEXT)).rejects.toMatchObject({ code: 'TIMEOUT' })
})

it('encrypts without a recipient that stands in and is away, and adds it when it rewraps', async () => {
  const { second, provider } = setup()
  second.failNext(down())
  const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
  expect(labelsOf(ciphertext)).toEqual([KEY])
  expect(provider.stats()).toMatchObject({ withoutStandIn: 1 })
  expect(labelsOf(await provider.rewrap(ciphertext, CONTEXT))).toEqual([KEY, SECOND])
  second.failNext(down('ACCESS_DENIED'))
  await expect(provider.encrypt(PLAINTEXT, CONTEXT)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
})

it('refuses a list that was changed, whoever opens it', async () => {
  const { kms, provider } = setup()
  const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
  const { greenKeyBytes } = inspectEnvelope(ciphertext)
  for (let index = 58; index < greenKeyBytes; index++) {
    const changed = Uint8Array.from(ciphertext, (byte, at) => (at === index ? byte ^ 1 : byte))
    kms.failNext(down())
    const error = await provider.decrypt(changed, CONTEXT).catch((error: CryptoError) => error)
    // A list of which the recipient is no part any more leaves only the KMS that is away.
    expect(['DECRYPTION_FAILED', 'KMS_UNAVAILABLE'], `byte ${index}`).toContain((error as CryptoError).code)
    kms.failNext(down())
    await provider.decrypt(ciphertext, CONTEXT)
  }
})
