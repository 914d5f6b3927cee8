import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { temporaryFolder } from './temporary-folder.js'

const run = promisify(execFile)

/** A home of gpg with one secret key without a passphrase, which is gpg's own and ours alike. */
export interface GnupgHome extends AsyncDisposable {
  readonly fingerprint: string
  /** Armored. */
  readonly secretKey: string
  /** A command line that works in this home. */
  command(...args: readonly string[]): readonly string[]
}

/** Messages as ours are: signed, AES-256, not compressed. */
export const SIGN_AND_ENCRYPT = ['--cipher-algo', 'AES256', '--digest-algo', 'SHA512', '--compress-algo', 'none', '-se']

export async function openGnupgHome(): Promise<GnupgHome> {
  // Short: the sockets of gpg-agent are in there, and their names are limited.
  const folder = await temporaryFolder('/tmp', 'pb-')
  const home = folder.path
  const options = ['--homedir', home, '--batch', '--yes', '--quiet', '--no-tty', '--trust-model', 'always']
  const command = (...args: readonly string[]): readonly string[] => [
    'gpg',
    ...options,
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    '',
    ...args,
  ]
  const gpg = async (...args: readonly string[]): Promise<string> => {
    const [program = '', ...rest] = command(...args)
    return (await run(program, rest, { maxBuffer: 1 << 24 })).stdout
  }
  await gpg('--quick-generate-key', 'Bench', 'ed25519', 'default', '1y')
  const fingerprint = /^fpr:+([0-9A-F]{40}):$/m.exec(await gpg('--with-colons', '--list-keys'))?.[1] ?? ''
  await gpg('--quick-add-key', fingerprint, 'cv25519', 'encr', '1y')
  return {
    fingerprint,
    secretKey: await gpg('--armor', '--export-secret-keys', fingerprint),
    command,
    async [Symbol.asyncDispose]() {
      await run('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => undefined)
      await folder[Symbol.asyncDispose]()
    },
  }
}
