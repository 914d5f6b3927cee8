import { join } from 'node:path'
import type { Cipher } from '@parasol/core'
import { decryptFile, encryptFile } from '@parasol/core/files'
import { fileWork, requireSameFile } from '../file-work.js'
import { type GnupgHome, openGnupgHome, SIGN_AND_ENCRYPT } from '../gnupg-home.js'
import { gpgCipher } from '../gpg-cipher.js'
import { memoryFolder, writeRandomFile } from '../memory-folder.js'
import type { Comparison, Goal, Scenario } from '../scenario.js'

/** A file of a gigabyte takes ten seconds each time. */
const MAX_ROUNDS = 3

const decryptGoals: readonly Goal[] = [
  { text: 'OpenPGP: decrypt and verify a file, against gpg', measure: 'faster', bound: 0.5 },
  { text: 'OpenPGP: memory of that', measure: 'memory', bound: 200 },
]

export const openpgpFile: Scenario = {
  name: 'openpgp-file',
  needs: 'gpg',
  title: 'OpenPGP: a large file',
  shows: 'what signing and encrypting, and decrypting and verifying, a file costs beside gpg, with the same keys',
  async *run({ openpgpMiB, streamRounds }) {
    await using home = await openGnupgHome()
    await using folder = await memoryFolder(4 * openpgpMiB)
    const cipher = await gpgCipher({ keys: [home.secretKey] })
    const files = { plain: join(folder.path, 'plain'), sealed: join(folder.path, 'sealed'), folder: folder.path }
    await writeRandomFile(files.plain, openpgpMiB)
    const common = { metric: 'cpu', times: 1, rounds: Math.min(streamRounds, MAX_ROUNDS) } as const
    yield {
      title: `Sign and encrypt a file of ${openpgpMiB} MiB`,
      ...common,
      contenders: encrypting(home, cipher, files),
    }
    await encryptFile(cipher, files.plain, files.sealed, {})
    const note =
      'Both write plaintext as they read, before they have seen the signature: Parasol to a partial file, which gets its ' +
      'name when the signature is verified.'
    yield { title: `Decrypt and verify it`, ...common, contenders: decrypting(home, cipher, files), note }
  },
}

interface Files {
  readonly plain: string
  readonly sealed: string
  readonly folder: string
}

function encrypting(home: GnupgHome, cipher: Cipher, { plain, folder }: Files): Comparison['contenders'] {
  const [target, opened] = [join(folder, 'target'), join(folder, 'opened')]
  const verify = async (): Promise<void> => {
    await decryptFile(cipher, target, opened, {}, { overwrite: true })
    await requireSameFile(plain, opened)
  }
  const work = home.command('-u', home.fingerprint, '-r', home.fingerprint, '-o', target, ...SIGN_AND_ENCRYPT, plain)
  return [
    fileWork({ name: 'gpg', kind: 'peer', target, work, verify }),
    fileWork({ name: 'Parasol', kind: 'ours', target, work: () => encryptFile(cipher, plain, target, {}), verify }),
  ]
}

function decrypting(home: GnupgHome, cipher: Cipher, { plain, sealed, folder }: Files): Comparison['contenders'] {
  const target = join(folder, 'target')
  const verify = (): Promise<void> => requireSameFile(plain, target)
  return [
    fileWork({ name: 'gpg', kind: 'peer', target, work: home.command('-o', target, '-d', sealed), verify }),
    fileWork({
      name: 'Parasol',
      kind: 'ours',
      goals: decryptGoals,
      target,
      work: () => decryptFile(cipher, sealed, target, {}),
      verify,
    }),
  ]
}
