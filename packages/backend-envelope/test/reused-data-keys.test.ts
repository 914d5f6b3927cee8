import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { HeldKms, isZeroed, listOf, mail, perRecord, phone, reuse } from './key-watch.js'

const away = new CryptoError('KMS_UNAVAILABLE', 'The KMS is away')
const refused = new CryptoError('ACCESS_DENIED', 'The KMS refuses')

describe('reuse of data keys to encrypt', () => {
  it('asks the KMS ten times for a hundred thousand records of ten thousand each', async () => {
    const { kms, keys } = reuse({ maxRecords: 10_000 })
    for (let record = 0; record < 100_000; record++) {
      const lease = keys.tryForEncryption({ kmsContext: phone, bytes: 64 })
      using _ = lease ?? (await keys.forEncryption({ kmsContext: phone, bytes: 64 }))
    }
    expect(kms.calls).toEqual({ generateDataKey: 10, decrypt: 0, encrypt: 0 })
    expect(keys.stats()).toMatchObject({ hits: 99_990, misses: 10, kmsCalls: { generateDataKey: 10 } })
  })

  it('asks the KMS once for a hundred callers at once', async () => {
    const { kms, keys } = reuse()
    const leases = await Promise.all(
      Array.from({ length: 100 }, () => keys.forEncryption({ kmsContext: phone, bytes: 1 })),
    )
    expect(kms.calls.generateDataKey).toBe(1)
    expect(new Set(leases.map(({ plaintext }) => plaintext)).size).toBe(1)
  })

  it('keeps to its limit of records when more callers wait for a key than it serves', async () => {
    const { kms, keys } = reuse({ maxRecords: 3 })
    const leases = await Promise.all(
      Array.from({ length: 10 }, () => keys.forEncryption({ kmsContext: phone, bytes: 1 })),
    )
    expect(kms.calls.generateDataKey).toBe(4)
    expect(mostUsed(leases.map(({ plaintext }) => plaintext))).toBe(3)
  })

  it('takes a new key for a record that exceeds the bytes that are left', async () => {
    const { kms, keys } = reuse({ maxBytes: 100 })
    for (const bytes of [60, 40, 60, 60]) (await keys.forEncryption({ kmsContext: phone, bytes }))[Symbol.dispose]()
    expect(kms.calls.generateDataKey).toBe(3)
  })

  it('gives a record that is larger than the limit a key of its own, and keeps the other', async () => {
    const { kms, keys } = reuse({ maxBytes: 100 })
    for (const bytes of [10, 101, 10]) (await keys.forEncryption({ kmsContext: phone, bytes }))[Symbol.dispose]()
    expect(kms.calls.generateDataKey).toBe(2)
  })

  it('has a key for each purpose and partition', async () => {
    const { keys } = reuse()
    const requests = [
      { kmsContext: phone, bytes: 1 },
      { kmsContext: mail, bytes: 1 },
      { kmsContext: phone, bytes: 1, partition: '' },
      { kmsContext: phone, bytes: 1, partition: '7' },
      { kmsContext: {}, bytes: 1 },
    ]
    const leases = await Promise.all(requests.map((request) => keys.forEncryption(request)))
    expect(new Set(leases.map(({ plaintext }) => plaintext)).size).toBe(requests.length)
  })

  it('keeps no more keys than it may, and zeroes the one that it gives up', async () => {
    const { keys } = reuse({ maxKeys: 1, decrypt: { maxEntries: 1 } })
    const first = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    first[Symbol.dispose]()
    using _ = await keys.forEncryption({ kmsContext: mail, bytes: 1 })
    expect(isZeroed(first.plaintext)).toBe(true)
    expect(keys.stats().cachedKeys).toBe(2)
  })

  it('lets a key in use be used to its end, and zeroes it then', async () => {
    const { keys } = reuse({ maxRecords: 1 })
    const lease = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    expect(isZeroed(lease.plaintext)).toBe(false)
    lease[Symbol.dispose]()
    lease[Symbol.dispose]()
    expect(isZeroed(lease.plaintext)).toBe(true)
  })
})

describe('age of reused data keys', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('ends at the limit', async () => {
    const { kms, clock, keys } = reuse({ maxAgeSeconds: 10 })
    const encrypt = async () => (await keys.forEncryption({ kmsContext: phone, bytes: 1 }))[Symbol.dispose]()
    await encrypt()
    clock.pass(9.999)
    await encrypt()
    expect(kms.calls.generateDataKey).toBe(1)
    clock.pass(0.001)
    await encrypt()
    expect(kms.calls.generateDataKey).toBe(2)
  })

  it('is not extended by a clock that is set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
    const kms = new FakeKms()
    const dataKeys = { reuse: { maxAgeSeconds: 10 } }
    using provider = new EnvelopeProvider({ kms, keyId: 'alias/test', dataKeys })
    await provider.encrypt(Buffer.from('1'), {})
    vi.setSystemTime(0)
    vi.advanceTimersByTime(10_000)
    await provider.encrypt(Buffer.from('2'), {})
    expect(kms.calls.generateDataKey).toBe(2)
  })

  it('zeroes a key that nobody asks for any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { keys } = reuse({ maxAgeSeconds: 10 })
    const lease = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    lease[Symbol.dispose]()
    vi.advanceTimersByTime(10_000)
    expect(isZeroed(lease.plaintext)).toBe(true)
    expect(keys.stats().cachedKeys).toBe(0)
  })
})

describe('reuse of data keys while the KMS is away', () => {
  it('ends at the age limit by default', async () => {
    const { kms, clock, keys } = reuse({ maxAgeSeconds: 10 })
    ;(await keys.forEncryption({ kmsContext: phone, bytes: 1 }))[Symbol.dispose]()
    clock.pass(10)
    kms.failNext(away)
    await expect(keys.forEncryption({ kmsContext: phone, bytes: 1 })).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  })

  it('goes on as long as it may, and asks again once a second', async () => {
    const { kms, clock, keys } = reuse({ maxAgeSeconds: 10, maxStaleSeconds: 60 })
    const first = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    clock.pass(10)
    kms.failNext(away)
    for (let record = 0; record < 5; record++) {
      using lease = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
      expect(lease.plaintext).toBe(first.plaintext)
    }
    expect(kms.calls.generateDataKey).toBe(2)
    expect(keys.stats()).toMatchObject({ stale: 1, hits: 4, misses: 2 })
    clock.pass(60)
    kms.failNext(away)
    await expect(keys.forEncryption({ kmsContext: phone, bytes: 1 })).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  })

  it('goes on decrypting too', async () => {
    const { kms, clock, keys } = reuse({ maxAgeSeconds: 10, maxStaleSeconds: 60 })
    using made = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    clock.pass(69)
    kms.failNext(away)
    using lease = await keys.forDecryption(listOf(made), phone)
    expect(lease.plaintext).toEqual(made.plaintext)
  })

  it('keeps to the limit of records', async () => {
    const { kms, clock, keys } = reuse({ maxRecords: 2, maxAgeSeconds: 10, maxStaleSeconds: 60 })
    ;(await keys.forEncryption({ kmsContext: phone, bytes: 1 }))[Symbol.dispose]()
    clock.pass(10)
    kms.failNext(away, 2)
    ;(await keys.forEncryption({ kmsContext: phone, bytes: 1 }))[Symbol.dispose]()
    await expect(keys.forEncryption({ kmsContext: phone, bytes: 1 })).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  })

  it('ends at once when the KMS refuses', async () => {
    const { kms, clock, keys } = reuse({ maxAgeSeconds: 10, maxStaleSeconds: 60 })
    const first = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    first[Symbol.dispose]()
    clock.pass(10)
    kms.failNext(refused)
    await expect(keys.forEncryption({ kmsContext: phone, bytes: 1 })).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    expect(isZeroed(first.plaintext)).toBe(true)
  })
})

describe('aborting while others wait for the same data key', () => {
  it('fails the one who aborts', async () => {
    const { kms, keys } = reuse()
    kms.hold()
    const controller = new AbortController()
    const aborted = keys.forEncryption({ kmsContext: phone, bytes: 1 }, { signal: controller.signal })
    const other = keys.forEncryption({ kmsContext: phone, bytes: 1 })
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    kms.release()
    using lease = await other
    expect(lease.plaintext).toHaveLength(32)
    expect(kms.calls.generateDataKey).toBe(1)
  })

  it('ends the call when nobody waits any more, and the next caller makes his own', async () => {
    const { kms, keys } = reuse()
    kms.hold()
    const controller = new AbortController()
    const aborted = keys.forEncryption({ kmsContext: phone, bytes: 1 }, { signal: controller.signal })
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    expect(kms.signals[0]?.aborted).toBe(true)
    const next = keys.forEncryption({ kmsContext: phone, bytes: 1 })
    kms.release()
    using lease = await next
    expect(lease.plaintext).toHaveLength(32)
  })

  it('shares a failure, and forgets it', async () => {
    const { kms, keys } = reuse()
    kms.failNext(away)
    const requests = Array.from({ length: 5 }, () => keys.forEncryption({ kmsContext: phone, bytes: 1 }))
    const results = await Promise.allSettled(requests)
    expect(results.map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
    using lease = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    expect(lease.plaintext).toHaveLength(32)
  })
})

describe('reuse of data keys to decrypt', () => {
  it('asks the KMS once for a hundred callers at once', async () => {
    const kms = new HeldKms()
    const list = await newList(kms)
    const { keys } = reuse({}, kms)
    const leases = await Promise.all(Array.from({ length: 100 }, () => keys.forDecryption(list, phone)))
    expect(kms.calls.decrypt).toBe(1)
    expect(new Set(leases.map(({ plaintext }) => plaintext)).size).toBe(1)
  })

  it('opens what it encrypted itself without the KMS', async () => {
    const { kms, keys } = reuse()
    using made = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    using lease = keys.tryForDecryption(listOf(made), phone)
    expect(lease?.plaintext).toEqual(made.plaintext)
    expect(kms.calls.decrypt).toBe(0)
  })

  it('refuses a list that was changed anywhere, though its key is in memory', async () => {
    const { keys } = reuse()
    using made = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    for (let index = 0; index < made.encodedList.length; index++) {
      const changed = new Uint8Array(made.encodedList)
      changed[index] = (changed[index] ?? 0) ^ 1
      const list = { ...listOf(made), encoded: changed }
      await expect(keys.forDecryption(list, phone)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
    }
  })

  it('does not open a list of another purpose, though its key is in memory', async () => {
    const { keys } = reuse()
    using made = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    await expect(keys.forDecryption(listOf(made), mail)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  })

  it('gives every caller a key that lives, though more lists are open than it may keep', async () => {
    const kms = new HeldKms()
    const lists = await Promise.all(Array.from({ length: 20 }, () => newList(kms)))
    const { keys } = reuse({ decrypt: { maxEntries: 1 } }, kms)
    const leases = await Promise.all(lists.map((list) => keys.forDecryption(list, phone)))
    expect(leases.some(({ plaintext }) => isZeroed(plaintext))).toBe(false)
    for (const lease of leases) lease[Symbol.dispose]()
    expect(leases.filter(({ plaintext }) => isZeroed(plaintext))).toHaveLength(19)
  })
})

describe('closing', () => {
  it('zeroes every key, and refuses what comes after', async () => {
    const { keys } = reuse()
    using lease = await keys.forEncryption({ kmsContext: phone, bytes: 1 })
    const list = listOf(lease)
    lease[Symbol.dispose]()
    keys[Symbol.dispose]()
    expect(isZeroed(lease.plaintext)).toBe(true)
    await expect(keys.forEncryption({ kmsContext: phone, bytes: 1 })).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(keys.forDecryption(list, phone)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('keeps no key that arrives too late', async () => {
    const { kms, keys } = reuse()
    kms.hold()
    const waiting = keys.forEncryption({ kmsContext: phone, bytes: 1 })
    keys[Symbol.dispose]()
    kms.release()
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' })
    expect(keys.stats().cachedKeys).toBe(0)
  })
})

describe('limits', () => {
  it.each([
    { maxRecords: 0 },
    { maxRecords: -1 },
    { maxRecords: 1.5 },
    { maxBytes: Number.NaN },
    { maxBytes: Infinity },
    { maxAgeSeconds: 0 },
    { maxAgeSeconds: 604_801 },
    { maxStaleSeconds: -1 },
    { maxKeys: 0 },
    { decrypt: { maxEntries: 0 } },
    { decrypt: { maxAgeSeconds: 0 } },
  ])('refuses %j', (limits) => {
    const create = () => new EnvelopeProvider({ kms: new FakeKms(), keyId: 'a', dataKeys: { reuse: limits } })
    expect(create).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
  })

  it('refuses a pool of no keys', () => {
    const dataKeys = { perRecord: { prefetch: 0 } }
    const create = () => new EnvelopeProvider({ kms: new FakeKms(), keyId: 'a', dataKeys })
    expect(create).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
  })
})

it('keeps tenants apart where the policy says so', async () => {
  const kms = new FakeKms()
  using provider = new EnvelopeProvider({ kms, keyId: 'a', dataKeys: { reuse: { partitionBy: 'tenantId' } } })
  for (const context of [{ tenantId: '1', row: '1' }, { tenantId: '1', row: '2' }, { tenantId: '2' }, {}, {}]) {
    await provider.encrypt(Buffer.from('value'), context)
  }
  expect(kms.calls.generateDataKey).toBe(3)
})

async function newList(kms: FakeKms) {
  using made = await perRecord(kms).forEncryption({ kmsContext: phone, bytes: 1 })
  return listOf(made)
}

function mostUsed(keys: readonly Uint8Array[]): number {
  return Math.max(...keys.map((key) => keys.filter((each) => each === key).length))
}
