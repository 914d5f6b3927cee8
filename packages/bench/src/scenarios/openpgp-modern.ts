import { join } from 'node:path'
import { generateGpgKey } from '@parasol/backend-gpg'
import type { Cipher } from '@parasol/core'
import { decryptFile, encryptFile } from '@parasol/core/files'
import { fileWork, requireSameFile } from '../file-work.js'
import { gpgCipher } from '../gpg-cipher.js'
import { memoryFolder, writeRandomFile } from '../memory-folder.js'
import type { Contender, Goal, Kind, Scenario } from '../scenario.js'
import { SEQUOIA_CERTIFICATE } from '../sequoia-certificate.js'

const MAX_MIB = 100

const goal: Goal = {
  text: 'OpenPGP: encrypt and sign a file to a key of RFC 9580 that Sequoia made, against a plain v4 key',
  measure: 'faster',
  bound: 0.8,
}

export const openpgpModern: Scenario = {
  name: 'openpgp-modern',
  title: 'OpenPGP: to modern keys',
  shows: 'whether messages of RFC 9580, in OCB, cost more than those that gpg 2.2 reads',
  async *run({ openpgpMiB, streamRounds }) {
    const mebibytes = Math.min(openpgpMiB, MAX_MIB)
    await using folder = await memoryFolder(4 * mebibytes)
    await writeRandomFile(join(folder.path, 'plain'), mebibytes)
    const old = await compatKey()
    const plain = await gpgCipher({ keys: [old, await compatKey()] })
    const contenders: Contender[] = []
    const { secretKey: own } = await generateGpgKey({ name: 'Bench', profile: 'modern', unprotected: true })
    for (const [name, key] of await modernKeys()) {
      const cipher = await gpgCipher({ keys: [own, key], profile: 'modern' })
      contenders.push(encrypting(name, 'ours', cipher, folder.path, [goal]))
    }
    yield {
      title: `Sign and encrypt a file of ${mebibytes} MiB`,
      metric: 'cpu',
      times: 1,
      rounds: streamRounds,
      contenders: [encrypting('to a v4 key', 'baseline', plain, folder.path), ...contenders],
      note: 'The signer reads the message as well. To the key of Sequoia it is in AES-128, to the others in AES-256.',
    }
  },
}

async function compatKey(): Promise<string> {
  return (await generateGpgKey({ name: 'Bench', unprotected: true })).secretKey
}

/** Those of Sequoia 2 and of ourselves, and a v4 key that says that its owner reads OCB. */
async function modernKeys(): Promise<readonly (readonly [string, string])[]> {
  const { enums, generateKey } = await import('openpgp')
  const { certificate } = await generateGpgKey({ name: 'Partner', profile: 'modern', unprotected: true })
  const config = { v6Keys: false, aeadProtect: true, preferredAEADAlgorithm: enums.aead.ocb }
  const curve = { type: 'ecc', curve: 'ed25519Legacy' } as const
  const offering = await generateKey({ ...curve, userIDs: [{ name: 'Offering' }], config })
  return [
    ['to a v6 key that Sequoia made', SEQUOIA_CERTIFICATE],
    ['to a v6 key of ours', certificate],
    ['to a v4 key that offers OCB', offering.publicKey],
  ]
}

function encrypting(name: string, kind: Kind, cipher: Cipher, folder: string, goals: readonly Goal[] = []): Contender {
  const [plain, target, opened] = [join(folder, 'plain'), join(folder, 'target'), join(folder, 'opened')]
  const verify = async (): Promise<void> => {
    await decryptFile(cipher, target, opened, {}, { overwrite: true })
    await requireSameFile(plain, opened)
  }
  return fileWork({ name, kind, goals, target, work: () => encryptFile(cipher, plain, target, {}), verify })
}
