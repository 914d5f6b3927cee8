import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KeyService } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { openStore, scratchFolder } from './scratch.js'

const text = Buffer.from('13800138000')

/** Where the records of the log begin. */
function recordOffsets(log: Buffer): number[] {
  const offsets: number[] = []
  for (let offset = 0; offset < log.length; offset += 32 + log.readUInt32BE(offset)) offsets.push(offset)
  return offsets
}

it('keeps other keys usable when the record of one is damaged, and says which key that was', async () => {
  const folder = scratchFolder()
  const store = await openStore(folder)
  const service = new KeyService(store)
  const keys = [await service.createKey('one'), await service.createKey('two'), await service.createKey('three')]
  const blobs = keys.map(({ metadata }) => service.encrypt(metadata.id, text, {}).blob)
  const [one = '', two = '', three = ''] = keys.map(({ metadata }) => metadata.id)
  await store[Symbol.asyncDispose]()
  const path = join(folder, 'store', 'keys.log')
  const sound = readFileSync(path)
  const [, begin = 0, end = 0] = recordOffsets(sound)
  for (let offset = begin; offset < end; offset += 13) {
    const changed = Buffer.from(sound)
    changed[offset] = (changed[offset] ?? 0) ^ 0x80
    writeFileSync(path, changed)
    await using reopened = await openStore(folder)
    const damaged = expect.objectContaining({ code: 'STORE_DAMAGED', message: expect.stringContaining(two) })
    expect(reopened.damage).toEqual([damaged])
    const again = new KeyService(reopened)
    for (const index of [0, 2]) {
      expect(Buffer.from(again.decrypt(blobs[index] ?? text, {}).text)).toEqual(text)
    }
    expect(() => again.encrypt(two, text, {})).toThrow(damaged)
    expect(() => again.decrypt(blobs[1] ?? text, {})).toThrow(damaged)
    expect(again.encrypt(one, text, {}).keyId).toBe(one)
    await expect(again.createKey()).rejects.toThrow(damaged)
    await expect(again.disableKey(three)).rejects.toThrow(damaged)
  }
})

it('does not read the log of another store that the same key file opens', async () => {
  const folder = scratchFolder()
  for (const name of ['ours', 'theirs']) {
    const store = await openStore(folder, name, 'shared')
    await new KeyService(store).createKey(name)
    await store[Symbol.asyncDispose]()
  }
  copyFileSync(join(folder, 'theirs', 'keys.log'), join(folder, 'ours', 'keys.log'))
  await using mixed = await openStore(folder, 'ours', 'shared')
  expect(mixed.keys).toEqual([])
  expect(mixed.damage).toEqual([expect.objectContaining({ code: 'STORE_DAMAGED' })])
})

it('holds neither material nor secrets in clear, and no description', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  const service = new KeyService(store)
  const key = await service.createKey('the description')
  const { secret } = await service.createAccessKey()
  const material = Buffer.from(key.allMaterial)
  for (const file of ['keys.log', 'store.json']) {
    const bytes = readFileSync(join(folder, 'store', file))
    for (const clear of [material, material.toString('base64'), material.toString('hex'), secret, 'the description']) {
      expect(bytes.includes(clear)).toBe(false)
    }
  }
})

it('zeroes what it holds when it is closed', async () => {
  const store = await openStore(scratchFolder())
  const key = await new KeyService(store).createKey()
  expect(key.allMaterial.some((byte) => byte !== 0)).toBe(true)
  await store[Symbol.asyncDispose]()
  expect(key.allMaterial.every((byte) => byte === 0)).toBe(true)
})
