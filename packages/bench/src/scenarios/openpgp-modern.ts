import { join } from 'node:path'
import { generateGpgKey } from '@parasol/backend-gpg'
import type { Cipher } from '@parasol/core'
import { decryptFile, encryptFile } from '@parasol/core/files'
import { fileWork, requireSameFile } from '../file-work.js'
import { gpgCipher } from '../gpg-cipher.js'
import { memoryFolder, writeRandomFile } from '../memory-folder.js'
import type { Absent, Contender, Goal, Kind, Scenario } from '../scenario.js'

const MAX_MIB = 100

const goal: Goal = {
  text: 'OpenPGP: encrypt and sign a file to a key that offers AEAD, against a plain v4 key',
  measure: 'faster',
  bound: 0.8,
}

export const openpgpModern: Scenario = {
  name: 'openpgp-modern',
  title: 'OpenPGP: to modern keys',
  shows: 'whether keys as Sequoia makes them, which offer OCB, cost more than those that gpg 2.2 makes',
  async *run({ openpgpMiB, streamRounds }) {
    const mebibytes = Math.min(openpgpMiB, MAX_MIB)
    await using folder = await memoryFolder(4 * mebibytes)
    await writeRandomFile(join(folder.path, 'plain'), mebibytes)
    const own = await generateGpgKey({ name: 'Bench', unprotected: true })
    const contenders: Contender[] = []
    const absent: Absent[] = []
    for (const [name, key] of await modernKeys()) {
      try {
        const cipher = await gpgCipher({ keys: [own.secretKey, key] })
        await cipher.encryptBytes(Buffer.alloc(1), {})
        contenders.push(encrypting(name, 'ours', cipher, folder.path, [goal]))
      } catch (error) {
        absent.push({ name, why: (error as Error).message })
      }
    }
    const { secretKey } = await generateGpgKey({ name: 'Partner', unprotected: true })
    const plain = encrypting(
      'to a v4 key',
      'baseline',
      await gpgCipher({ keys: [own.secretKey, secretKey] }),
      folder.path,
    )
    yield {
      title: `Sign and encrypt a file of ${mebibytes} MiB`,
      metric: 'cpu',
      times: 1,
      rounds: streamRounds,
      contenders: [plain, ...contenders],
      absent,
      note: 'The keys are made by OpenPGP.js to offer what those of Sequoia offer.',
    }
  },
}

/** A v4 key as Sequoia 1.3 makes it, and one of RFC 9580. */
async function modernKeys(): Promise<readonly (readonly [string, string])[]> {
  const { enums, generateKey } = await import('openpgp')
  const make = async (v6Keys: boolean): Promise<string> => {
    const config = { v6Keys, aeadProtect: true, preferredAEADAlgorithm: enums.aead.ocb }
    const curve = v6Keys ? ({ type: 'curve25519' } as const) : ({ type: 'ecc', curve: 'ed25519Legacy' } as const)
    return (await generateKey({ ...curve, userIDs: [{ name: 'Modern' }], config })).publicKey
  }
  return [
    ['to a v4 key that offers OCB', await make(false)],
    ['to a v6 key', await make(true)],
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
