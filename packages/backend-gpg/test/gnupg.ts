import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PASSPHRASE, type TwoParties } from './two-parties.js'

/** Whether the program `gpg` is there; tests that need it say so in their names and are skipped without it. */
export const hasGpg: boolean = spawnSync('gpg', ['--version']).status === 0

/** A real gpg with a home of its own. */
export interface GnuPg extends Disposable {
  /** Runs gpg and gives what it wrote. */
  run(args: readonly string[], input?: Uint8Array): Buffer
  /** What gpg says for machines: `--status-fd`. */
  status(args: readonly string[], input?: Uint8Array): string
  /** Makes a key without a passphrase and gives its fingerprint. */
  generateKey(userId: string, algorithm: string): string
  /** The revocation certificate that gpg made with a key. */
  revocationFile(fingerprint: string): Buffer
}

/** A gpg that has the keys of both parties, locked under their passphrase. */
export async function openGnuPgOf({ keyRing, alice, bob }: TwoParties): Promise<GnuPg> {
  const gnupg = openGnuPg()
  for (const fingerprint of [alice, bob]) {
    const key = await keyRing.secretKey(fingerprint)
    gnupg.run(['--passphrase', PASSPHRASE, '--import'], Buffer.from(key.armor()))
  }
  return gnupg
}

export function openGnuPg(): GnuPg {
  // Short: the sockets of gpg-agent are in there, and their names are limited.
  const home = mkdtempSync('/tmp/pg-')
  chmodSync(home, 0o700)
  const base = [
    '--homedir',
    home,
    '--batch',
    '--no-tty',
    '--quiet',
    '--pinentry-mode',
    'loopback',
    '--trust-model',
    'always',
  ]
  // Makes the trust database, without which gpg imports no revocation.
  execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--list-keys'], { stdio: 'pipe' })
  const run = (args: readonly string[], input?: Uint8Array): Buffer =>
    execFileSync('gpg', [...base, ...args], { input, stdio: 'pipe', maxBuffer: 1 << 26 })
  return {
    run,
    status: (args, input) => {
      const { stdout, stderr, status } = spawnSync(
        'gpg',
        [...base, '--status-fd', '1', '--output', '/dev/null', '--yes', ...args],
        { input },
      )
      if (status !== 0) throw new Error(`gpg failed: ${stderr}`)
      return stdout.toString()
    },
    generateKey: (userId, algorithm) => {
      run(['--passphrase', '', '--quick-generate-key', userId, algorithm, 'default', '1y'])
      const listing = run(['--with-colons', '--list-keys', userId]).toString()
      const fingerprint = /^fpr:+([0-9A-F]{40}):$/m.exec(listing)?.[1] ?? ''
      // A key of a named algorithm comes without a subkey to encrypt to.
      if (algorithm === 'ed25519') run(['--passphrase', '', '--quick-add-key', fingerprint, 'cv25519', 'encr', '1y'])
      else if (algorithm !== 'default')
        run(['--passphrase', '', '--quick-add-key', fingerprint, algorithm, 'encr', '1y'])
      return fingerprint
    },
    revocationFile: (fingerprint) => readFileSync(join(home, 'openpgp-revocs.d', `${fingerprint}.rev`)),
    [Symbol.dispose]: () => {
      spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
      rmSync(join(home), { recursive: true, force: true })
    },
  }
}
