import { randomBytes } from 'node:crypto'
import { gather } from '@parasol/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { armorMessageStream } from '../src/armor-stream.js'
import { armorMessage } from '../src/armored-text.js'
import { dearmorStream } from '../src/dearmor-stream.js'
import { type GnuPg, hasGpg, openGnuPgOf } from './gnupg.js'
import { createTwoParties, PASSPHRASE, type TwoParties } from './two-parties.js'

// gpg unlocks a key for each message, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let parties: TwoParties
beforeAll(async () => {
  parties = await createTwoParties()
})
afterAll(() => parties[Symbol.dispose]())

const LARGE = Buffer.concat([randomBytes(300_000), Buffer.alloc(200_000, 'text ')])
const refused = expect.objectContaining({ code: 'DECRYPTION_FAILED', message: 'Decryption failed' })

/** Bytes that look like a packet, for nothing else is taken for a message. */
function packetOf(length: number): Buffer {
  const bytes = randomBytes(length)
  if (length > 0) bytes[0] = (bytes[0] as number) | 0xc0
  return bytes
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

it('writes the text that is written at once, whatever the length and the pieces', async () => {
  for (const length of [1, 2, 3, 44, 45, 46, 90, 500]) {
    for (const size of [1, 45, 5000]) {
      const bytes = packetOf(length)
      const text = await gather(armorMessageStream(cut(bytes, size)))
      expect(text.toString()).toBe(Buffer.from(armorMessage(bytes)).toString())
      expect(await gather(dearmorStream(cut(text, size)))).toEqual(bytes)
      expect(await gather(dearmorStream(cut(Buffer.from(text.toString().replaceAll('\n', '\r\n')), size)))).toEqual(
        bytes,
      )
    }
  }
})

it.each<[string, (text: string) => string]>([
  ['something before it', (text) => `x\n${text}`],
  ['something after it', (text) => `${text}x\n`],
  ['a second one after it', (text) => text + text],
  ['no end', (text) => text.replace(/-----END.*\n/, '')],
  ['a line that is no base64', (text) => text.replace(/\n.{10}/, '\n!!!!!!!!!!')],
  ['an end in its middle', (text) => text.replace(/\n([^-\n]{60})\n/, '\n$1=\n')],
  ['a missing character', (text) => text.replace(/.\n=/, '\n=')],
  ['a header that is none', (text) => text.replace('\n\n', '\nheader\n\n')],
  ['a line without an end', (text) => text.replace('\n\n', `\nComment: ${'x'.repeat(20_000)}\n\n`)],
  ['text in it', () => armorMessage(Buffer.from('-----BEGIN PGP MESSAGE-----')).toString()],
])('refuses text with %s', async (_name, change) => {
  const text = Buffer.from(armorMessage(packetOf(1001))).toString()
  const changed = change(text)
  expect(changed).not.toBe(text)
  await expect(gather(dearmorStream(cut(Buffer.from(changed), 100)))).rejects.toThrow(refused)
})

it('exchanges armored messages of any length as streams', async () => {
  using provider = parties.provider({ armor: true })
  const message = await gather(provider.encryptStream(cut(LARGE, 65_536), {}))
  expect(message.toString('latin1')).toMatch(/^-----BEGIN PGP MESSAGE-----\n\n/)
  expect(await gather(provider.decryptStream(cut(message, 10_000), {}))).toEqual(LARGE)
  const changed = Buffer.from(message)
  changed[message.length - 1000] = changed[message.length - 1000] === 0x41 ? 0x42 : 0x41
  await expect(gather(provider.decryptStream(cut(changed, 10_000), {}))).rejects.toThrow(refused)
})

it.skipIf(!hasGpg)('reads as a stream what gpg armors, and the other way round (needs gpg)', async () => {
  using gnupg: GnuPg = await openGnuPgOf(parties)
  using provider = parties.provider({ armor: true, verify: [parties.bob, parties.alice] })
  const signed = ['--passphrase', PASSPHRASE, '--local-user', parties.bob, '--sign']
  const theirs = gnupg.run([...signed, '--recipient', parties.alice, '--armor', '--encrypt'], LARGE)
  expect(await gather(provider.decryptStream(cut(theirs, 4096), {}))).toEqual(LARGE)
  const ours = await gather(provider.encryptStream(cut(LARGE, 65_536), {}))
  expect(gnupg.run(['--passphrase', PASSPHRASE, '--decrypt'], ours)).toEqual(LARGE)
})
