import { join } from 'node:path'
import { decryptFile, encryptFile } from '@parasol/core/files'
import { CONTEXT, envelope } from '../ciphers.js'
import { fileWork, requireSameFile } from '../file-work.js'
import { memoryFolder, writeRandomFile } from '../memory-folder.js'
import type { Comparison, Contender, Goal, Scenario } from '../scenario.js'

const OPENSSL = 'openssl enc -aes-256-ctr, no authentication'

const goals: readonly Goal[] = [
  { text: 'A stream against openssl without authentication', measure: 'faster', bound: 0.7, aim: 0.9 },
  { text: 'Memory of a stream above idle', measure: 'memory', bound: 96, aim: 48 },
]

export const stream: Scenario = {
  name: 'stream',
  needs: 'openssl',
  title: 'A file, in segments of 64 KiB',
  shows: 'what authenticated encryption of a large file costs in CPU time and in memory, from memory to memory',
  async *run({ streamMiB, streamRounds }) {
    await using folder = await memoryFolder(3 * streamMiB)
    await writeRandomFile(join(folder.path, 'plain'), streamMiB)
    const options = { metric: 'cpu', times: 1, rounds: streamRounds } as const
    yield { title: `Encrypt a file of ${streamMiB} MiB`, ...options, contenders: encrypting(folder.path) }
    const { contenders, prepare } = decrypting(folder.path)
    await prepare()
    yield { title: `Decrypt a file of ${streamMiB} MiB`, ...options, contenders }
  },
}

const { cipher, name } = envelope('aes-256-gcm', 'per-record', 'per-record')

function encrypting(folder: string): Comparison['contenders'] {
  const [plain, target, opened] = [join(folder, 'plain'), join(folder, 'target'), join(folder, 'opened')]
  const readBack = async (): Promise<void> => {
    await decryptFile(cipher, target, opened, CONTEXT, { overwrite: true })
    await requireSameFile(plain, opened)
  }
  return [
    openssl(plain, target),
    fileWork({
      name,
      kind: 'ours',
      goals,
      target,
      work: () => encryptFile(cipher, plain, target, CONTEXT),
      verify: readBack,
    }),
  ]
}

function decrypting(folder: string): { contenders: Comparison['contenders']; prepare: () => Promise<void> } {
  const [plain, sealed, target] = [join(folder, 'plain'), join(folder, 'sealed'), join(folder, 'target')]
  return {
    prepare: () => encryptFile(cipher, plain, sealed, CONTEXT),
    contenders: [
      openssl(plain, target),
      fileWork({
        name,
        kind: 'ours',
        target,
        work: () => decryptFile(cipher, sealed, target, CONTEXT),
        verify: () => requireSameFile(plain, target),
      }),
    ],
  }
}

function openssl(source: string, target: string): Contender {
  const [key, nonce] = ['11'.repeat(32), '22'.repeat(16)]
  const work = ['openssl', 'enc', '-aes-256-ctr', '-K', key, '-iv', nonce, '-in', source, '-out', target]
  return fileWork({ name: OPENSSL, kind: 'baseline', target, work, verify: async () => undefined })
}
