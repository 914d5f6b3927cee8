import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Here } from './here.js'

vi.setConfig({ testTimeout: 60_000 })

const here = await Here.create()
const SECRET = '13800138000'
const ring = ['--ring', './ring']
const env = { PASSPHRASE: 'secret', PARASOL_KEY_RING: here.path('ring') }
let fingerprints: Readonly<Record<'me' | 'acme', string>>

beforeAll(async () => {
  here.write('doc', SECRET)
  const me = await generate(['--name', 'Me', '--unprotected'])
  const acme = await generate(['--name', 'Acme', '--passphrase-env', 'PASSPHRASE'])
  await here.parasol(['gpg', 'contact', 'add', 'acme', acme, ...ring])
  fingerprints = { me, acme }
  const to = ['--to', me, '--to', 'acme', '--as', 'acme', '--passphrase-env', 'PASSPHRASE', ...ring]
  await here.parasol(['gpg', 'encrypt', ...to, '--in', './doc', '--out', './doc.gpg'], { env })
  const sign = ['gpg', 'sign', '--as', me, '--in', './doc', ...ring]
  for (const kind of ['detached', 'inline', 'clear']) {
    await here.parasol([...sign, '--kind', kind, '--out', `./doc.${kind}`])
    await here.parasol([...sign, '--kind', kind, '--binary', '--out', `./doc.${kind}.binary`])
  }
}, 60_000)
afterAll(() => here.remove())

it('names the recipients by the contacts of the ring, and says that the signer is within', async () => {
  const { stdout } = await here.parasol(['inspect', '--in', './doc.gpg', ...ring])
  expect(stdout).toMatch(/^recipients: +[0-9A-F]{16} \("Me"\), [0-9A-F]{16} \(acme\)$/m)
  expect(stdout).toMatch(/^signer: +within the message: --decrypt shows it/m)
  const { stdout: json } = await here.parasol(['inspect', '--in', './doc.gpg', '--json', ...ring])
  const { recipients, contacts, signer } = JSON.parse(json)
  expect(signer).toBe('encrypted')
  expect(contacts).toEqual({ [recipients[0]]: ['"Me"'], [recipients[1]]: ['acme'] })
})

it('shows by --decrypt who signed, and whether that is valid, with any key that opens it, and nothing else', async () => {
  const ended = await here.parasol(['inspect', '--in', './doc.gpg', '--decrypt', ...ring])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/^signers: +[0-9A-F]{40} [0-9A-F]{16} \(acme\) \S+Z valid$/m)
  expect(ended.stdout).not.toContain(SECRET)
})

it.each(['detached', 'inline', 'clear'])(
  'shows who says to have signed what is signed %s, unverified',
  async (kind) => {
    for (const file of [`./doc.${kind}`, `./doc.${kind}.binary`]) {
      const { stdout, stderr } = await here.parasol(['inspect', '--in', file, '--json'], { env })
      expect(stderr, file).toBe('')
      const { signers, contacts, form } = JSON.parse(stdout)
      expect(form).toBe({ detached: 'signature', inline: 'signed', clear: 'clear-signed' }[kind])
      expect(signers).toMatchObject([{ keyId: expect.any(String), signedAt: expect.any(String), verified: false }])
      expect(contacts).toEqual({ [signers[0].keyId]: ['"Me"'] })
      const shown = await here.parasol(['inspect', '--in', file], { env })
      expect(shown.stdout).toMatch(/^signers: .* \("Me"\) \S+Z not verified$/m)
    }
    const { stdout } = await here.parasol(['inspect'], { input: here.read(`doc.${kind}`) })
    expect(stdout).toMatch(/^signers: +[0-9A-F]{40} [0-9A-F]{16} \S+Z not verified$/m)
  },
)

it('asks for a passphrase only if it needs one, and says what is missing', async () => {
  const to = ['--to', 'acme', '--as', fingerprints.me, ...ring]
  await here.parasol(['gpg', 'encrypt', ...to, '--in', './doc', '--out', './theirs.gpg'])
  const decrypt = ['inspect', '--in', './theirs.gpg', '--decrypt', ...ring]
  expect(await here.parasol(decrypt)).toMatchObject({ code: 5, stdout: '' })
  const ended = await here.parasol([...decrypt, '--passphrase-env', 'PASSPHRASE'], { env })
  expect(ended.stdout).toMatch(/^signers: .* \("Me"\) \S+Z valid$/m)
})

it('refuses --decrypt for what has no signer within', async () => {
  const ended = await here.parasol(['inspect', '--in', './doc.clear', '--decrypt', '--json'])
  expect(ended.code).toBe(0)
  const { stdout } = await here.parasol(['encrypt', '-u', 'customer', '-c', 'id=1', 'x'])
  const refused = await here.parasol(['inspect', '--decrypt', stdout.trim()])
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('OpenPGP') })
})

async function generate(flags: readonly string[]): Promise<string> {
  const { stdout } = await here.parasol(['gpg', 'generate', ...flags, ...ring, '--json'], { env })
  return JSON.parse(stdout).fingerprint
}
