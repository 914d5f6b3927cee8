import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateGpgKey, KeyRing, sealRing } from '@parasol/backend-gpg'
import { openCrypto } from '@parasol/config'
import { expect, it, vi } from 'vitest'
import { directory, env, problemsOf, write } from './workspace.js'

vi.setConfig({ testTimeout: 60_000 })

const file = (signer: string, sealedBy = 'keys.openpgp', more = '') => `version: 1
kms:
  own: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol] }
schemes:
  envelope: { kms: own, keyId: alias/parasol }
  gpg:
    keyRing: ./gpg
    sealedBy: ${sealedBy}
    recipients: [${signer}]
    signer: ${signer}
    passphrase: { env: PASSPHRASE }
useCases:
  keys.openpgp: { scheme: envelope }
  partner.note: { scheme: gpg }
${more}`

it('signs and decrypts with secret keys that another use case seals', async () => {
  mkdirSync(join(directory, 'gpg'), { recursive: true })
  const key = await generateGpgKey({ name: 'Ops', passphrase: env['PASSPHRASE'] as string })
  write(file(key.fingerprint))
  const ring = new KeyRing(join(directory, 'gpg'))
  await ring.import(key.secretKey)
  const { FolderKeyFiles } = await import('@parasol/backend-gpg')
  await using crypto = await openCrypto(undefined, { env, directory })
  await sealRing(new FolderKeyFiles(join(directory, 'gpg')), crypto.router.for('keys.openpgp'), 'keys.openpgp')
  const [name] = readdirSync(join(directory, 'gpg', 'keys'))
  expect(readFileSync(join(directory, 'gpg', 'keys', name ?? '')).includes('PRIVATE KEY')).toBe(false)
  const note = crypto.router.for('partner.note')
  expect(await note.decrypt(await note.encrypt('13800138000', {}), {})).toBe('13800138000')
})

it('says that a use case which seals keys is not there, or leads back to the keys', async () => {
  const anybody = `'${'0'.repeat(40)}'`
  expect(await problemsOf(file(anybody, 'keys.opengpg'))).toEqual([
    'parasol.yaml:8:5 schemes.gpg.sealedBy: no use case "keys.opengpg" (have: keys.openpgp, partner.note): did you mean "keys.openpgp"?',
  ])
  for (const name of ['partner.note', 'by.detour']) {
    expect(await problemsOf(file(anybody, name, '  by.detour: { scheme: envelope, reads: [gpg] }\n'))).toEqual([
      'parasol.yaml:8:5 schemes.gpg.sealedBy: leads back to this scheme: name a use case of another one',
    ])
  }
})
