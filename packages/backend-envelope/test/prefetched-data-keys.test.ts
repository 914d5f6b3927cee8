import { CryptoError } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { expect, it, vi } from 'vitest'
import { PrefetchedDataKeys } from '../src/prefetched-data-keys.js'
import { isZeroed, mail, perRecord, phone } from './key-watch.js'

const request = { kmsContext: phone, bytes: 1 }

function prefetch(size: number) {
  const kms = new FakeKms()
  return { kms, keys: new PrefetchedDataKeys({ source: perRecord(kms), limits: { prefetch: size } }) }
}

it('has keys ready after the first call, and never gives one out twice', async () => {
  const { kms, keys } = prefetch(3)
  const leases = [await keys.forEncryption(request)]
  await vi.waitFor(() => expect(keys.stats().pooledKeys).toBe(3))
  for (let taken = 0; taken < 3; taken++) leases.push(await keys.forEncryption(request))
  await vi.waitFor(() => expect(keys.stats().pooledKeys).toBe(3))
  expect(new Set(leases.map(({ plaintext }) => Buffer.from(plaintext).toString('hex'))).size).toBe(4)
  expect(keys.stats()).toMatchObject({ hits: 3, misses: 1 })
  expect(kms.calls.generateDataKey).toBe(7)
})

it('fills no pool beyond its size, however many ask at once', async () => {
  const { kms, keys } = prefetch(2)
  await Promise.all(Array.from({ length: 50 }, () => keys.forEncryption(request)))
  await vi.waitFor(() => expect(keys.stats().pooledKeys).toBe(2))
  expect(kms.calls.generateDataKey).toBeLessThanOrEqual(52)
})

it('has a pool for each purpose', async () => {
  const { keys } = prefetch(1)
  await keys.forEncryption(request)
  await vi.waitFor(() => expect(keys.stats().pooledKeys).toBe(1))
  expect(keys.tryForEncryption({ kmsContext: mail, bytes: 1 })).toBeUndefined()
})

it('zeroes what is in the pool when it is closed', async () => {
  const { keys } = prefetch(1)
  await keys.forEncryption(request)
  await vi.waitFor(() => expect(keys.stats().pooledKeys).toBe(1))
  keys[Symbol.dispose]()
  expect(keys.stats().pooledKeys).toBe(0)
  await expect(keys.forEncryption(request)).rejects.toMatchObject({ code: 'CLOSED' })
})

it('tells the caller alone of an outage, and does not flood the KMS', async () => {
  const { kms, keys } = prefetch(5)
  kms.failNext(new CryptoError('KMS_UNAVAILABLE', 'The KMS is away'), 100)
  for (let call = 0; call < 10; call++) {
    await expect(keys.forEncryption(request)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  }
  expect(kms.calls.generateDataKey).toBeLessThanOrEqual(20)
})

it('destroys a key when its one use ends', async () => {
  const { keys } = prefetch(1)
  await keys.forEncryption(request)
  await vi.waitFor(() => expect(keys.stats().pooledKeys).toBe(1))
  const lease = keys.tryForEncryption(request)
  const key = lease?.plaintext ?? new Uint8Array()
  expect(isZeroed(key)).toBe(false)
  lease?.[Symbol.dispose]()
  expect(isZeroed(key)).toBe(true)
})
