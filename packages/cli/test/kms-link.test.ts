import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { CryptoError, isReEncrypting, type Kms } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { testKms } from '@parasol/testing/vitest'
import { expect, it } from 'vitest'
import { KmsLink } from '../src/records/workers/kms-link.js'
import { serveKms } from '../src/records/workers/serve-kms.js'

const traits = { maxPlaintextBytes: new FakeKms().maxPlaintextBytes, reEncrypts: false }
const never = new AbortController().signal

function linked(kms: Kms, signal: AbortSignal = never): KmsLink {
  const { port1, port2 } = new MessageChannel()
  serveKms(port1, () => kms, signal)
  return new KmsLink(port2)
}

testKms('a KMS of another thread', async () => {
  const [kms, stranger] = [new FakeKms(), new FakeKms()]
  return {
    kms: linked(kms).kms('main', traits),
    stranger: linked(stranger).kms('main', traits),
    keyId: 'alias/test',
    otherKeyId: 'alias/other',
  }
})

it('keeps the code, the message and the reason of a refusal', async () => {
  const refusal = new CryptoError('ACCESS_DENIED', 'Refused', { reason: 'Forbidden.KeyNotFound' })
  const refusing = { ...new FakeKms(), decrypt: () => Promise.reject(refusal) } as unknown as Kms
  await using link = linked(refusing)
  const answer = link.kms('main', traits).decrypt(new Uint8Array(3), {})
  await expect(answer).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: 'Refused',
    reason: 'Forbidden.KeyNotFound',
  })
  await expect(answer).rejects.toSatisfy(CryptoError.is)
})

it('zeroes in the thread that holds the KMS what it hands on', async () => {
  const secret = new Uint8Array(32).fill(7)
  const opening = { ...new FakeKms(), decrypt: async () => secret } as unknown as Kms
  await using link = linked(opening)
  expect(await link.kms('main', traits).decrypt(new Uint8Array(3), {})).toEqual(new Uint8Array(32).fill(7))
  expect(secret).toEqual(new Uint8Array(32))
})

it('ends calls when the work is interrupted, and when whoever made them gives up', async () => {
  const work = new AbortController()
  const decrypt: Kms['decrypt'] = async (_ciphertext, _context, { signal } = {}) => {
    if (signal?.aborted === false) await once(signal, 'abort')
    throw new CryptoError('ABORTED', 'The operation was aborted')
  }
  const silent = { ...new FakeKms(), decrypt } as unknown as Kms
  await using link = linked(silent, work.signal)
  const given = new AbortController()
  const kms = link.kms('main', traits)
  const calls = [kms.decrypt(new Uint8Array(1), {}, { signal: given.signal }), kms.decrypt(new Uint8Array(1), {})]
  given.abort()
  await expect(calls[0]).rejects.toMatchObject({ code: 'ABORTED' })
  work.abort()
  await expect(calls[1]).rejects.toMatchObject({ code: 'ABORTED' })
})

it('re-encrypts where that KMS does, and says where it does not', async () => {
  const reEncrypt = async (ciphertext: Uint8Array) => ciphertext.map((byte) => byte + 1)
  await using link = linked({ ...new FakeKms(), reEncrypt } as unknown as Kms)
  const kms = link.kms('main', { ...traits, reEncrypts: true })
  if (!isReEncrypting(kms)) throw new Error('It should re-encrypt')
  expect(await kms.reEncrypt(Uint8Array.of(1, 2), 'key', {})).toEqual(Uint8Array.of(2, 3))
  expect(isReEncrypting(link.kms('main', traits))).toBe(false)
})
