import { randomBytes } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GpgProvider } from '@parasol/backend-gpg'
import { createCrypto } from '@parasol/core'
import { decryptFile, encryptFile } from '@parasol/core/files'
import { gather } from '@parasol/testing'
import { expect, it, vi } from 'vitest'
import { type GnuPg, hasGpg } from './gnupg.js'
import { usePartiesAndGpg } from './parties-and-gpg.js'
import { PASSPHRASE, type TwoParties } from './two-parties.js'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const large = Buffer.concat([randomBytes(100_000), Buffer.alloc(400_000, 'text '), randomBytes(65_536)])
let parties: TwoParties
let gnupg: GnuPg
usePartiesAndGpg((both) => {
  parties = both.parties
  gnupg = both.gnupg
})

/** `toEqual` looks at each byte as at a value of its own, which takes seconds. */
function expectSame(actual: Buffer, expected: Buffer): void {
  expect(actual.equals(expected)).toBe(true)
}

async function* inPieces(bytes: Uint8Array, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const encrypted = (provider: GpgProvider, text: Uint8Array) => gather(provider.encryptStream(inPieces(text), {}))
const decrypted = (provider: GpgProvider, message: Uint8Array) => gather(provider.decryptStream(inPieces(message), {}))

it('reads as a whole what was written as a stream, and the other way round', async () => {
  const provider = parties.provider()
  for (const text of [Buffer.alloc(0), Buffer.from('short'), large]) {
    expectSame(Buffer.from(await provider.decrypt(await encrypted(provider, text), {})), text)
    expectSame(await decrypted(provider, await provider.encrypt(text, {})), text)
  }
})

it('reads and writes streams without a signature only if that is allowed', async () => {
  const unsigned = { allowUnsigned: true, recipients: [parties.alice], keyRing: parties.keyRing }
  const provider = parties.provider(unsigned)
  const { GpgProvider: Provider } = await import('@parasol/backend-gpg')
  const message = await encrypted(new Provider({ ...unsigned }), large)
  expectSame(await decrypted(provider, message), large)
  await expect(decrypted(parties.provider(), message)).rejects.toThrow('Decryption failed')
})

it('encrypts and decrypts files, and leaves nothing of what it refuses', async () => {
  const file = (name: string) => join(parties.folder, name)
  await writeFile(file('plain'), large)
  const cipher = createCrypto([parties.provider({ context: 'signed' })], { report: { scheme: 'gpg' } }).for('report')
  await encryptFile(cipher, file('plain'), file('sealed'), { row: '7' })
  await decryptFile(cipher, file('sealed'), file('opened'), { row: '7' })
  expectSame(await readFile(file('opened')), large)
  const before = readdirSync(parties.folder)
  await expect(decryptFile(cipher, file('sealed'), file('moved'), { row: '8' })).rejects.toThrow('Decryption failed')
  const sealed = await readFile(file('sealed'))
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1
  await writeFile(file('sealed'), sealed)
  await expect(decryptFile(cipher, file('sealed'), file('changed'), { row: '7' })).rejects.toThrow('Decryption failed')
  expect(readdirSync(parties.folder)).toEqual(before)
  expect(readdirSync(tmpdir()).filter((name) => /^parasol-[0-9a-f]{24}\.tmp$/.test(name))).toEqual([])
})

it('keeps a file that is not verified yet under another name, for nobody else to read', async () => {
  const file = (name: string) => join(parties.folder, name)
  const text = Buffer.concat([large, large, large])
  const provider = parties.provider()
  await writeFile(file('long.gpg'), await encrypted(provider, text))
  const cipher = createCrypto([provider], { report: { scheme: 'gpg' } }).for('report')
  const seen = new Map<string, number>()
  const progress = (): void => {
    for (const name of readdirSync(parties.folder)) seen.set(name, statSync(file(name)).mode & 0o777)
  }
  await decryptFile(cipher, file('long.gpg'), file('long'), {}, { progress })
  expectSame(await readFile(file('long')), text)
  const partial = [...seen].filter(([name]) => name.startsWith('.long.'))
  expect(partial).toEqual([[expect.stringMatching(/\.tmp$/), 0o600]])
  expect(seen.has('long')).toBe(false)
})

it('holds back what it streams, and leaves it out if it was not to be read', async () => {
  const provider = parties.provider()
  const message = await encrypted(provider, large)
  let taken = 0
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of inPieces(message)) {
      taken += piece.length
      yield piece
    }
  }
  for await (const _ of provider.decryptStream(source(), {})) expect(taken).toBe(message.length)
  const early: Uint8Array[] = []
  const changed = Buffer.from(message)
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
  const unverified = async (): Promise<void> => {
    for await (const piece of provider.decryptUnverified(inPieces(changed), {})) early.push(Uint8Array.from(piece))
  }
  await expect(unverified()).rejects.toThrow('Decryption failed')
  expectSame(Buffer.concat(early), large)
})

const withGpg = it.skipIf(!hasGpg)

withGpg('writes streams that gpg decrypts and verifies (needs gpg)', async () => {
  for (const text of [Buffer.alloc(0), Buffer.from('short'), large.subarray(0, 65_536), large]) {
    const message = await encrypted(parties.provider(), text)
    expectSame(gnupg.run(['--passphrase', PASSPHRASE, '--decrypt'], message), text)
    const status = gnupg.status(['--passphrase', PASSPHRASE, '--decrypt'], message)
    expect(status).toMatch(new RegExp(`VALIDSIG .* ${parties.alice}$`, 'm'))
  }
})

withGpg.each([
  ['as it is', []],
  ['compressed', ['--compress-algo', 'zlib']],
  ['compressed without a header', ['--compress-algo', 'zip']],
  ['not compressed', ['--compress-algo', 'none']],
  ['in AES-128', ['--cipher-algo', 'AES']],
  ['signed with SHA-256', ['--digest-algo', 'SHA256']],
  ['as text', ['--armor']],
])('reads streams that gpg writes: %s (needs gpg)', async (_name, flags) => {
  const signed = ['--passphrase', PASSPHRASE, '--local-user', parties.bob, '--sign', '--recipient', parties.alice]
  const provider = parties.provider({ verify: [parties.bob] })
  expectSame(await decrypted(provider, gnupg.run([...signed, ...flags, '--encrypt'], large)), large)
})

withGpg('reads streams that gpg writes to an RSA key, and signs with one (needs gpg)', async () => {
  const fingerprint = gnupg.generateKey('rsa', 'rsa3072')
  await parties.keyRing.import(gnupg.run(['--export-secret-keys', fingerprint]))
  const provider = parties.provider({ recipients: [fingerprint], signer: fingerprint })
  const message = await encrypted(provider, large)
  expectSame(gnupg.run(['--decrypt'], message), large)
  const theirs = gnupg.run(['--local-user', fingerprint, '--sign', '--recipient', fingerprint, '--encrypt'], large)
  expectSame(await decrypted(provider, theirs), large)
})
