import { join } from 'node:path'
import { GpgProvider, KeyRing } from '@parasol/backend-gpg'
import { expect, it } from 'vitest'
import { type GnuPg, hasGpg } from './gnupg.js'
import { usePartiesAndGpg } from './parties-and-gpg.js'
import { PASSPHRASE, type TwoParties } from './two-parties.js'

const text = Buffer.from('13800138000 身份证 \r\n\n ends in spaces  ')
let parties: TwoParties
let gnupg: GnuPg

usePartiesAndGpg((both) => {
  parties = both.parties
  gnupg = both.gnupg
})

const withGpg = it.skipIf(!hasGpg)

withGpg.each([
  ['binary, without a context', {}],
  ['armored, without a context', { armor: true }],
  ['with a signed context', { context: 'signed' }],
] as const)('writes messages that gpg decrypts and verifies: %s (needs gpg)', async (_name, options) => {
  const context: Record<string, string> = 'context' in options ? { row: '7' } : {}
  const message = await parties.provider(options).encrypt(text, context)
  for (const reader of [parties.alice, parties.bob]) {
    expect(gnupg.run(['--passphrase', PASSPHRASE, '--try-secret-key', reader, '--decrypt'], message)).toEqual(text)
  }
  const status = gnupg.status(['--passphrase', PASSPHRASE, '--decrypt'], message)
  expect(status).toMatch(new RegExp(`VALIDSIG .* ${parties.alice}$`, 'm'))
  expect(status).toContain('GOODMDC')
})

withGpg('writes text that gpg reads whatever the length of the message (needs gpg)', async () => {
  const armored = parties.provider({ armor: true })
  for (const length of [1, 2, 3]) {
    const plaintext = Buffer.alloc(length, 'x')
    const message = await armored.encrypt(plaintext, {})
    expect(gnupg.run(['--passphrase', PASSPHRASE, '--decrypt'], message)).toEqual(plaintext)
  }
})

withGpg.each([
  ['a binary message', []],
  ['an armored message', ['--armor']],
  ['a compressed message', ['--compress-algo', 'zlib']],
  ['a message of large parts', ['--compress-algo', 'none', '--rfc4880']],
  ['a message in AES-128', ['--cipher-algo', 'AES']],
])('reads and verifies what gpg writes: %s (needs gpg)', async (_name, flags) => {
  const to = ['--recipient', parties.bob, '--recipient', parties.alice]
  const signed = ['--passphrase', PASSPHRASE, '--local-user', parties.bob, '--sign']
  const message = gnupg.run([...signed, ...to, ...flags, '--encrypt'], Buffer.concat([text, Buffer.alloc(20_000, 'x')]))
  const plaintext = await parties.provider({ verify: [parties.bob] }).decrypt(message, {})
  expect(Buffer.from(plaintext.subarray(0, text.length))).toEqual(text)
  expect(plaintext.length).toBe(text.length + 20_000)
})

withGpg.each(['default', 'ed25519', 'rsa3072', 'nistp256', 'nistp521', 'brainpoolP384r1'])(
  'exchanges messages with a key that gpg made: %s (needs gpg)',
  async (algorithm) => {
    const fingerprint = gnupg.generateKey(`${algorithm} <${algorithm}@example.com>`, algorithm)
    const ring = new KeyRing(join(parties.folder, algorithm))
    const imported = await ring.import(gnupg.run(['--export-secret-keys', fingerprint]))
    expect(imported).toEqual({
      added: [fingerprint],
      updated: [],
      unchanged: [],
      skipped: [],
      unprotected: [fingerprint],
    })
    await ring.import(gnupg.run(['--armor', '--export', parties.alice]))
    const provider = new GpgProvider({ keyRing: ring, recipients: [fingerprint], signer: fingerprint })
    const ours = await provider.encrypt(text, {})
    expect(gnupg.run(['--decrypt'], ours)).toEqual(text)
    // A shorter hash than RFC 9580 allows for keys on Curve25519.
    const hash = algorithm.startsWith('rsa') ? ['--digest-algo', 'SHA224'] : []
    const signed = ['--local-user', fingerprint, ...hash, '--sign']
    const theirs = gnupg.run([...signed, '--recipient', fingerprint, '--encrypt'], text)
    expect(Buffer.from(await provider.decrypt(theirs, {}))).toEqual(text)
  },
  30_000,
)

withGpg('refuses what gpg wrote without a signature, and reads it if that is allowed (needs gpg)', async () => {
  const message = gnupg.run(['--recipient', parties.alice, '--encrypt'], text)
  await expect(parties.provider().decrypt(message, {})).rejects.toThrow(
    expect.objectContaining({ code: 'DECRYPTION_FAILED' }),
  )
  const plaintext = await parties.provider({ allowUnsigned: true }).decrypt(message, {})
  expect(Buffer.from(plaintext)).toEqual(text)
})

withGpg('refuses what gpg wrote with a signature of someone else (needs gpg)', async () => {
  const signed = ['--passphrase', PASSPHRASE, '--local-user', parties.bob, '--sign']
  const message = gnupg.run([...signed, '--recipient', parties.alice, '--encrypt'], text)
  for (const allowUnsigned of [false, true]) {
    await expect(parties.provider({ verify: [parties.alice], allowUnsigned }).decrypt(message, {})).rejects.toThrow(
      expect.objectContaining({ code: 'DECRYPTION_FAILED' }),
    )
  }
})

withGpg('refuses a message that gpg wrote to a passphrase (needs gpg)', async () => {
  const message = gnupg.run(['--passphrase', 'x', '--symmetric'], text)
  await expect(parties.provider({ allowUnsigned: true }).decrypt(message, {})).rejects.toThrow(
    expect.objectContaining({ code: 'DECRYPTION_FAILED' }),
  )
})

withGpg('imports everything that gpg exports at once (needs gpg)', async () => {
  const ring = new KeyRing(join(parties.folder, 'all'))
  const known = gnupg.run(['--with-colons', '--list-keys']).toString().match(/^pub:/gm)?.length
  const armored = gnupg.run(['--armor', '--export']).toString()
  const { added } = await ring.import(`some text before\n${armored}\nand after`)
  expect(added).toHaveLength(known ?? 0)
  const again = await ring.import(gnupg.run(['--export']))
  expect(again).toMatchObject({ added: [], updated: [], skipped: [] })
  expect(await ring.list()).toEqual([...added].sort())
})
