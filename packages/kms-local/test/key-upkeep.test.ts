import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Key, KeyService, type KeyStore } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { openStore, scratchFolder } from './scratch.js'

const DAY_MS = 86_400_000
const text = Buffer.from('13800138000')
const read = (service: KeyService, blob: Uint8Array): string => Buffer.from(service.decrypt(blob, {}).text).toString()

/** A service whose days pass when the test says so. */
class Calendar {
  readonly folder = scratchFolder()
  day = 0

  async open(): Promise<KeyService & AsyncDisposable> {
    const store: KeyStore = await openStore(this.folder)
    const service = new KeyService(store, () => new Date(Date.UTC(2026, 0, 1) + this.day * DAY_MS))
    return Object.assign(service, { [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() })
  }

  /** All that the store's files hold. */
  bytes(): Buffer {
    const folder = join(this.folder, 'store')
    return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
  }
}

const versionsOf = (key: Key): number => key.metadata.versions.length

it('makes a version whenever the interval has passed, and reads what older versions encrypted', async () => {
  const calendar = new Calendar()
  const blobs: Uint8Array[] = []
  {
    await using service = await calendar.open()
    const { id } = (await service.createKey('', { rotationSeconds: 7 * 86_400 })).metadata
    for (; calendar.day < 30; calendar.day++) {
      await service.upkeep()
      blobs.push(service.encrypt(id, text, {}).blob)
      expect(versionsOf(service.describeKey(id)), `day ${calendar.day}`).toBe(1 + Math.floor(calendar.day / 7))
    }
  }
  await using service = await calendar.open()
  expect(blobs.map((blob) => read(service, blob))).toEqual(blobs.map(() => `${text}`))
  expect(new Set(blobs.map((blob) => Buffer.from(blob.subarray(0, 36)).toString())).size).toBe(5)
})

it('makes one version, not many, when it is late, and none of a key that is disabled', async () => {
  const calendar = new Calendar()
  await using service = await calendar.open()
  const late = await service.createKey('', { rotationSeconds: 7 * 86_400 })
  const disabled = await service.createKey('', { rotationSeconds: 7 * 86_400 })
  await service.disableKey(disabled.metadata.id)
  calendar.day = 100
  await Promise.all([service.upkeep(), service.upkeep(), service.upkeep()])
  expect(versionsOf(service.describeKey(late.metadata.id))).toBe(2)
  expect(versionsOf(service.describeKey(disabled.metadata.id))).toBe(1)
  await service.enableKey(disabled.metadata.id)
  await service.upkeep()
  expect(versionsOf(service.describeKey(disabled.metadata.id))).toBe(2)
})

it('encrypts under the new version once it was rotated by hand', async () => {
  await using service = await new Calendar().open()
  const { id } = (await service.createKey()).metadata
  const before = service.encrypt(id, text, {})
  await service.rotateKey(id)
  const after = service.encrypt(id, text, {})
  expect(after.keyVersionId).not.toBe(before.keyVersionId)
  expect([before, after].map(({ blob }) => read(service, blob))).toEqual([`${text}`, `${text}`])
  await service.disableKey(id)
  await expect(service.rotateKey(id)).rejects.toThrow(expect.objectContaining({ fault: 'Rejected.Disabled' }))
})

it('destroys a key when its window has passed, with its aliases, and no day sooner', async () => {
  const calendar = new Calendar()
  await using service = await calendar.open()
  const kept = await service.ensureAlias('alias/kept')
  const doomed = await service.ensureAlias('alias/doomed')
  const { blob } = service.encrypt('alias/doomed', text, {})
  const sound = service.encrypt('alias/kept', text, {}).blob
  await service.scheduleKeyDeletion('alias/doomed', 7)
  calendar.day = 6.99
  await service.upkeep()
  expect(service.describeKey(doomed.metadata.id).metadata.state).toBe('PendingDeletion')
  calendar.day = 7
  await service.upkeep()
  expect(() => service.describeKey(doomed.metadata.id)).toThrow(
    expect.objectContaining({ fault: 'Forbidden.KeyNotFound' }),
  )
  expect(() => service.decrypt(blob, {})).toThrow(expect.objectContaining({ fault: 'InvalidParameter' }))
  expect(service.aliases.map(({ name }) => name)).toEqual(['alias/kept'])
  expect(read(service, sound)).toBe(`${text}`)
  expect(service.keys).toEqual([service.describeKey(kept.metadata.id)])
})

it('leaves nothing of a destroyed key in the files of the store, in whatever form it was sealed', async () => {
  const calendar = new Calendar()
  await using service = await calendar.open()
  const { id } = (await service.createKey()).metadata
  const pieces = (bytes: Buffer): string[] =>
    Array.from({ length: Math.floor(bytes.length / 16) }, (_, index) =>
      bytes.toString('hex', index * 16, index * 16 + 16),
    )
  const log = join(calendar.folder, 'store', 'keys.log')
  await service.rotateKey(id)
  await service.scheduleKeyDeletion(id, 7)
  const sealed = readFileSync(log)
  calendar.day = 8
  await service.upkeep()
  const left = calendar.bytes().toString('hex')
  expect(pieces(sealed).filter((piece) => !/^0+$/.test(piece) && left.includes(piece))).toEqual([])
})

it('keeps whatever is made while keys are destroyed', async () => {
  const calendar = new Calendar()
  const made: string[] = []
  {
    await using service = await calendar.open()
    for (let round = 1; round <= 10; round++) {
      const { id } = (await service.createKey('doomed')).metadata
      await service.scheduleKeyDeletion(id, 7)
      calendar.day = round * 10
      const work = [
        service.createKey('kept'),
        service.upkeep(),
        service.createKey('kept'),
        service.ensureAlias(`alias/${round}`),
      ]
      for (const key of await Promise.all(work)) if (key) made.push(key.metadata.id)
    }
  }
  await using service = await calendar.open()
  expect(service.damage).toEqual([])
  expect(service.keys.map(({ metadata }) => metadata.id).sort()).toEqual(made.sort())
  expect(service.aliases.length).toBe(10)
})

it('does not let the deletion of a protected key be scheduled', async () => {
  await using service = await new Calendar().open()
  const { id } = (await service.createKey()).metadata
  await service.changeKey(id, (key) => key.with({ deletionProtection: 'payroll' }))
  await expect(service.scheduleKeyDeletion(id, 7)).rejects.toThrow(
    expect.objectContaining({ fault: 'Rejected.DeletionProtected' }),
  )
  await service.changeKey(id, (key) => key.with({ deletionProtection: undefined }))
  await service.scheduleKeyDeletion(id, 7)
})

it('does not destroy a key whose deletion was cancelled', async () => {
  const calendar = new Calendar()
  await using service = await calendar.open()
  const { id } = (await service.createKey()).metadata
  await service.scheduleKeyDeletion(id, 7)
  calendar.day = 6
  await service.cancelKeyDeletion(id)
  calendar.day = 400
  await service.upkeep()
  expect(service.describeKey(id).metadata).toMatchObject({ state: 'Enabled', deleteAt: undefined })
})
