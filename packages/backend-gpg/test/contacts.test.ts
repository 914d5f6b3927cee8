import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Contacts, GpgProvider, isContactName } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { createTwoParties, PASSPHRASE, type TwoParties } from './two-parties.js'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let parties: TwoParties
let folder: string
let count = 0
beforeAll(async () => {
  parties = await createTwoParties()
})
beforeEach(() => {
  folder = join(parties.folder, `ring${++count}`)
})
afterAll(() => parties[Symbol.dispose]())

const BOTH = ['encrypt', 'verify'] as const

async function reasonOf(work: Promise<unknown>): Promise<readonly unknown[]> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  )
  return CryptoError.is(error) ? [error.code, error.reason] : [error]
}

it('remembers whom a full fingerprint belongs to, and for what', async () => {
  const contacts = new Contacts(folder)
  expect(await contacts.list()).toEqual({})
  await contacts.add('acme', parties.bob, ['encrypt'])
  await contacts.add('self', parties.alice.toLowerCase(), BOTH)
  const again = new Contacts(folder)
  expect(await again.list()).toEqual({
    acme: { encrypt: [parties.bob], verify: [] },
    self: { encrypt: [parties.alice], verify: [parties.alice] },
  })
  expect(await reasonOf(again.resolve('acme', 'verify'))).toEqual(['KEY_NOT_FOUND', 'GPG_CONTACT_NOT_FOUND'])
  await again.add('acme', parties.bob, ['verify'])
  expect(await again.resolve('acme', 'verify')).toEqual([parties.bob])
  await again.remove('acme')
  expect(await reasonOf(again.resolve('acme', 'encrypt'))).toEqual(['KEY_NOT_FOUND', 'GPG_CONTACT_NOT_FOUND'])
  expect(await reasonOf(again.remove('acme'))).toEqual(['KEY_NOT_FOUND', 'GPG_CONTACT_NOT_FOUND'])
})

it('takes a changed key for an error, until somebody replaces it', async () => {
  const contacts = new Contacts(folder)
  await contacts.add('acme', parties.bob, BOTH)
  const changed = contacts.add('acme', parties.alice, BOTH)
  expect(await reasonOf(changed)).toEqual(['KEY_UNUSABLE', 'GPG_KEY_CHANGED'])
  await expect(changed).rejects.toThrow(parties.bob)
  expect(await contacts.resolve('acme', 'encrypt')).toEqual([parties.bob])
  await contacts.add('acme', parties.alice, BOTH, true)
  expect(await contacts.resolve('acme', 'encrypt')).toEqual([parties.alice])
})

it('lets the ring say nothing else than what the configuration pins', async () => {
  await new Contacts(folder).add('acme', parties.bob, BOTH)
  const pinned = new Contacts(folder, { acme: parties.alice, own: { encrypt: [parties.alice] } })
  const refusal = ['KEY_UNUSABLE', 'GPG_KEY_CHANGED']
  expect(await reasonOf(pinned.resolve('acme', 'encrypt'))).toEqual(refusal)
  expect(await reasonOf(new Contacts(`${folder}-new`, { acme: parties.alice }).add('acme', parties.bob, BOTH))).toEqual(
    refusal,
  )
  expect(await new Contacts(folder, { acme: parties.bob }).resolve('acme', 'verify')).toEqual([parties.bob])
})

it('takes full fingerprints only, and no key id for a name', async () => {
  const contacts = new Contacts(folder)
  for (const short of [parties.bob.slice(-16), parties.bob.slice(-8), 'bob@example.com']) {
    expect(await reasonOf(contacts.add('acme', short, BOTH))).toEqual(['INVALID_INPUT', 'GPG_FINGERPRINT_INVALID'])
  }
  for (const name of ['', '../x', 'a b', 'bob@example.com', '__proto__', 'ABCDEF0123', parties.bob, 'x'.repeat(65)]) {
    expect(isContactName(name)).toBe(false)
    expect(await reasonOf(contacts.add(name, parties.bob, BOTH))).toEqual(['INVALID_INPUT', 'GPG_CONTACT_NAME_INVALID'])
  }
  expect(await reasonOf(contacts.resolve('constructor', 'encrypt'))).toEqual(['KEY_NOT_FOUND', 'GPG_CONTACT_NOT_FOUND'])
})

it('names a damaged file', async () => {
  await new Contacts(folder).add('acme', parties.bob, BOTH)
  for (const content of ['{', '{"contacts":{"acme":"short"}}', '[]']) {
    await writeFile(join(folder, 'contacts.json'), content)
    expect(await reasonOf(new Contacts(folder).list())).toEqual(['STORE_DAMAGED', undefined])
  }
})

it('names the parties of messages by their contacts', async () => {
  const contacts = Contacts.pinned({ me: parties.alice, acme: parties.bob })
  const options = { keyRing: parties.keyRing, passphrase: () => PASSPHRASE, contacts }
  const mine = new GpgProvider({ ...options, recipients: ['me', 'acme'], signer: 'me' })
  const message = await mine.encrypt(Buffer.from('text'), {})
  const theirs = new GpgProvider({ ...options, recipients: ['acme'], signer: 'acme', verify: ['me'] })
  expect(Buffer.from(await theirs.decrypt(message, {})).toString()).toBe('text')
  const nobody = new GpgProvider({ ...options, recipients: ['stranger'], signer: 'me' })
  const refused = nobody.encrypt(Buffer.from('text'), {})
  expect(await reasonOf(refused)).toEqual(['KEY_NOT_FOUND', 'GPG_CONTACT_NOT_FOUND'])
})

it('loses nobody when several add contacts at once', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  await Promise.all(names.map((name) => new Contacts(folder).add(name, parties.bob, BOTH)))
  expect(Object.keys(await new Contacts(folder).list())).toEqual(names)
})
