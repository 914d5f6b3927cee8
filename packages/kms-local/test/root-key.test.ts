import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KeyStore, type RootKeySource } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { openStore, scratchFolder } from './scratch.js'

const scryptN = 2 ** 10
const passphrase = (text: string): RootKeySource => ({ passphrase: () => text })

async function openAndClose(folder: string, rootKey: RootKeySource): Promise<void> {
  const store = await KeyStore.open({ folder, rootKey, scryptN })
  await store[Symbol.asyncDispose]()
}

const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

it('opens by the passphrase that it was made with, however its accents are composed', async () => {
  const folder = join(scratchFolder(), 'store')
  await openAndClose(folder, passphrase('caf\u00e9 客户'))
  await openAndClose(folder, passphrase('cafe\u0301 客户'))
})

it('refuses another passphrase, an empty one and a key file, and does not repeat what was given', async () => {
  const folder = join(scratchFolder(), 'store')
  await openAndClose(folder, passphrase('right'))
  const wrong = failure('WRONG_PASSPHRASE', /^This passphrase does not open the store of ".*store\.json"$/)
  await expect(openAndClose(folder, passphrase('Right'))).rejects.toThrow(wrong)
  await expect(openAndClose(folder, passphrase(''))).rejects.toThrow(failure('WRONG_PASSPHRASE', /is empty/))
  await expect(openAndClose(folder, { keyFile: join(folder, 'none') })).rejects.toThrow(
    failure('WRONG_PASSPHRASE', /opened by a passphrase, not by a key file/),
  )
  await openAndClose(folder, passphrase('right'))
})

it('makes a key file of 32 bytes for a new store alone, and keeps one that is there', async () => {
  const folder = scratchFolder()
  const keyFile = join(folder, 'key')
  await openAndClose(join(folder, 'one'), { keyFile })
  const key = readFileSync(keyFile)
  expect(key.length).toBe(32)
  await openAndClose(join(folder, 'two'), { keyFile })
  expect(readFileSync(keyFile)).toEqual(key)
  rmSync(keyFile)
  await expect(openAndClose(join(folder, 'one'), { keyFile })).rejects.toThrow(
    failure('IO', /key file .* cannot be read \(ENOENT\)/),
  )
})

it.each([
  ['short', Buffer.alloc(31, 1), /31 bytes instead of 32/],
  ['long', Buffer.alloc(33, 1), /33 bytes instead of 32/],
  ['empty', Buffer.alloc(0), /0 bytes instead of 32/],
  ['another', Buffer.alloc(32, 1), /does not open the store/],
])('refuses a key file that is %s', async (_name, bytes, message) => {
  const folder = scratchFolder()
  const keyFile = join(folder, 'key')
  await openAndClose(join(folder, 'store'), { keyFile })
  writeFileSync(keyFile, bytes, { mode: 0o600 })
  await expect(openAndClose(join(folder, 'store'), { keyFile })).rejects.toThrow(failure('WRONG_PASSPHRASE', message))
})

it.each([0o640, 0o604, 0o660, 0o644, 0o444])('refuses a key file that others may read: mode %o', async (mode) => {
  const folder = scratchFolder()
  const keyFile = join(folder, 'key')
  await openAndClose(join(folder, 'store'), { keyFile })
  chmodSync(keyFile, mode)
  await expect(openAndClose(join(folder, 'store'), { keyFile })).rejects.toThrow(
    failure('IO', /others than its owner may read it; chmod 600/),
  )
  chmodSync(keyFile, 0o400)
  await openAndClose(join(folder, 'store'), { keyFile })
})

it('keeps its folder and files to their owner', async () => {
  const folder = scratchFolder()
  await using store = await openStore(folder)
  expect(store.keys).toEqual([])
  const mode = (path: string): string => (statSync(join(folder, path)).mode & 0o777).toString(8)
  expect(['store', 'store.key', 'store/store.json', 'store/keys.log', 'store/lock'].map(mode)).toEqual([
    '700',
    '600',
    '600',
    '600',
    '600',
  ])
})

it('tells a header that was damaged at any byte from a wrong key, and changes nothing', async () => {
  const folder = scratchFolder()
  const rootKey = { keyFile: join(folder, 'key') }
  await openAndClose(join(folder, 'store'), rootKey)
  const path = join(folder, 'store', 'store.json')
  const sound = readFileSync(path)
  for (let offset = 0; offset < sound.length - 1; offset++) {
    const changed = Buffer.from(sound)
    changed[offset] = (changed[offset] ?? 0) ^ 1
    writeFileSync(path, changed)
    const opened = openAndClose(join(folder, 'store'), rootKey)
    // A changed space between JSON's marks may be another space, and then nothing is damaged.
    await expect(opened, `byte ${offset}`).rejects.toThrow(failure('STORE_DAMAGED', /header of the store/))
    expect(readFileSync(path)).toEqual(changed)
  }
})

it.each(['store.json', 'keys.log'])('says which file is missing when %s is', async (file) => {
  const folder = scratchFolder()
  const store = await openStore(folder)
  await store.putAccessKey({ id: 'id', secret: 'secret' })
  await store[Symbol.asyncDispose]()
  rmSync(join(folder, 'store', file))
  await expect(openStore(folder)).rejects.toThrow(failure('STORE_DAMAGED', new RegExp(`${file}" is missing`)))
})

it('refuses parameters of scrypt that would exhaust this machine', async () => {
  for (const N of [2 ** 9, 2 ** 21, 1000, 0, Number.NaN]) {
    const opened = KeyStore.open({ folder: join(scratchFolder(), 'store'), rootKey: passphrase('x'), scryptN: N })
    await expect(opened).rejects.toThrow(failure('INVALID_INPUT', /power of two/))
  }
})
