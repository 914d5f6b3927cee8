import { join } from 'node:path'
import type { Cipher } from '@parasol/core'
import { decryptFile, encryptFile } from '@parasol/core/files'
import { CONTEXT, envelope } from '../ciphers.js'
import { type FileWork, fileWork, requireSameFile } from '../file-work.js'
import { memoryFolder, writeRandomFile } from '../memory-folder.js'
import { openAgeFiles } from '../peers/age-file.js'
import type { Comparison, Goal, Scenario } from '../scenario.js'
import { hasProgram } from '../spawned.js'

const encryptGoals: readonly Goal[] = [
  { text: 'A stream against openssl without authentication', measure: 'faster', bound: 0.7, aim: 0.9 },
  { text: 'Memory of a stream above idle', measure: 'memory', bound: 96, aim: 48 },
]
/** What is plain JavaScript gets a file that is so many times smaller. */
const SMALLER = 8

export const stream: Scenario = {
  name: 'stream',
  title: 'A file, in segments of 64 KiB',
  shows: 'what authenticated encryption of a large file costs in CPU time and in memory, from memory to memory',
  needs: 'openssl',
  async *run({ streamMiB, streamRounds }) {
    await using folder = await memoryFolder(3 * streamMiB)
    const files = new Files(folder.path)
    const common = { metric: 'cpu', times: 1, rounds: streamRounds } as const
    const absent = hasProgram('gpg') ? [] : [{ name: 'gpg', why: 'is not installed' }]
    await writeRandomFile(files.plain, streamMiB)
    yield { title: `Encrypt a file of ${streamMiB} MiB`, ...common, contenders: encrypting(files), absent }
    await encryptFile(aes, files.plain, files.sealed, CONTEXT)
    if (absent.length === 0) await files.sealByGpg()
    yield { title: `Decrypt a file of ${streamMiB} MiB`, ...common, contenders: decrypting(files), absent }
    await writeRandomFile(files.plain, Math.ceil(streamMiB / SMALLER))
    yield* besideAge(files, `${Math.ceil(streamMiB / SMALLER)} MiB`, common)
  },
}

const AES = 'Parasol aes-256-gcm, per-record'
const { cipher: aes } = envelope('aes-256-gcm', 'per-record', 'per-record')
const { cipher: chacha } = envelope('chacha20-poly1305', 'per-record', 'per-record')

/** The files of the scenario, and gpg with a password: its key derivation is one round, its data is not compressed. */
class Files {
  readonly plain: string
  readonly sealed: string
  readonly target: string
  readonly opened: string
  readonly sealedByGpg: string
  readonly #gpg: readonly string[]

  constructor(folder: string) {
    this.plain = join(folder, 'plain')
    this.sealed = join(folder, 'sealed')
    this.target = join(folder, 'target')
    this.opened = join(folder, 'opened')
    this.sealedByGpg = join(folder, 'sealed.gpg')
    const quiet = [
      '--homedir',
      folder,
      '--batch',
      '--yes',
      '--quiet',
      '--no-symkey-cache',
      '--pinentry-mode',
      'loopback',
    ]
    this.#gpg = ['gpg', ...quiet, '--passphrase', 'bench', '--s2k-count', '1024', '--compress-algo', 'none']
  }

  gpg(source: string, target: string, ...mode: readonly string[]): readonly string[] {
    return [...this.#gpg, '-o', target, ...mode, source]
  }

  async sealByGpg(): Promise<void> {
    await fileWork({ ...NAMELESS, target: '', work: this.gpg(this.plain, this.sealedByGpg, '-c') }).turn(1)
  }

  /** By whoever can open it. */
  verifyBy(open: (source: string, target: string) => Promise<void>): () => Promise<void> {
    return async () => {
      await open(this.target, this.opened)
      await requireSameFile(this.plain, this.opened)
    }
  }

  readonly isSame = (): Promise<void> => requireSameFile(this.plain, this.target)
}

const NAMELESS = { name: '', kind: 'peer', verify: async () => undefined } as const

function encrypting(files: Files): Comparison['contenders'] {
  const { plain, target } = files
  const gpgOpens = async (source: string, opened: string): Promise<void> => {
    await fileWork({ ...NAMELESS, target: '', work: files.gpg(source, opened, '-d') }).turn(1)
  }
  const ours = (name: string, cipher: Cipher, goals: readonly Goal[]) => ({
    ...encryptWork(files, name, cipher),
    goals,
  })
  return [
    openssl(plain, target),
    fileWork(ours(AES, aes, encryptGoals)),
    fileWork(ours('Parasol chacha20-poly1305, per-record', chacha, [])),
    ...(hasProgram('gpg')
      ? [
          fileWork({
            name: 'gpg -c, AES-256',
            kind: 'peer',
            target,
            work: files.gpg(plain, target, '-c', '--cipher-algo', 'AES256'),
            verify: files.verifyBy(gpgOpens),
          }),
        ]
      : []),
  ]
}

function encryptWork(files: Files, name: string, cipher: Cipher): FileWork {
  const { plain, target } = files
  const open = (source: string, opened: string): Promise<void> =>
    decryptFile(cipher, source, opened, CONTEXT, { overwrite: true })
  const work = (): Promise<void> => encryptFile(cipher, plain, target, CONTEXT)
  return { name, kind: 'ours', target, work, verify: files.verifyBy(open) }
}

function decrypting(files: Files): Comparison['contenders'] {
  const { plain, sealed, target, isSame } = files
  const gpg = { name: 'gpg -d', kind: 'peer', target, work: files.gpg(files.sealedByGpg, target, '-d') } as const
  return [
    openssl(plain, target),
    fileWork({
      name: AES,
      kind: 'ours',
      target,
      work: () => decryptFile(aes, sealed, target, CONTEXT),
      verify: isSame,
    }),
    ...(hasProgram('gpg') ? [fileWork({ ...gpg, verify: isSame })] : []),
  ]
}

async function* besideAge(
  files: Files,
  size: string,
  common: Pick<Comparison, 'metric' | 'times' | 'rounds'>,
): AsyncGenerator<Comparison> {
  const { plain, target } = files
  const age = await openAgeFiles().catch(() => undefined)
  const ours = fileWork(encryptWork(files, AES, aes))
  const theirs = age && {
    name: 'age-encryption, X25519',
    kind: 'peer' as const,
    target,
    work: () => age.encrypt(plain, target),
    verify: files.verifyBy(age.decrypt),
  }
  const absent = theirs ? [] : [{ name: 'age-encryption', why: 'cannot be loaded here' }]
  yield {
    title: `Encrypt a file of ${size}, beside age in JavaScript`,
    ...common,
    contenders: [ours, ...(theirs ? [fileWork(theirs)] : [])],
    absent,
  }
}

function openssl(source: string, target: string): ReturnType<typeof fileWork> {
  const [key, nonce] = ['11'.repeat(32), '22'.repeat(16)]
  const work = ['openssl', 'enc', '-aes-256-ctr', '-K', key, '-iv', nonce, '-in', source, '-out', target]
  const name = 'openssl enc -aes-256-ctr, no authentication'
  return fileWork({ name, kind: 'baseline', target, work, verify: async () => undefined })
}
