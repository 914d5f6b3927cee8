import type { GpgProvider } from '@parasol/backend-gpg'
import type { BackupSeal } from '@parasol/kms-local'
import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { readWhole } from '../../read-whole.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { askSecret } from './store-options.js'

/** What a new backup is sealed by: OpenPGP if there are recipients, else a passphrase. */
export interface SealOptions {
  readonly recipient?: readonly string[]
  readonly signWith?: string
}

/** What opens a backup that is sealed by OpenPGP. */
export interface OpenOptions {
  readonly decryptWith?: string
  readonly signedBy?: string
  readonly unsigned?: boolean
}

const PASSPHRASE = 'PARASOL_KMS_BACKUP_PASSPHRASE'
const GPG_PASSPHRASE = 'PARASOL_GPG_PASSPHRASE'

export function addSealOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return command.option('--recipient <certificate>', text.recipient, gather).option('--sign-with <key>', text.signWith)
}

export function addOpenOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return command
    .option('--decrypt-with <key>', text.decryptWith)
    .option('--signed-by <certificate>', text.signedBy)
    .option('--unsigned', text.unsigned)
}

export async function sealFor(terminal: Terminal, { recipient = [], signWith }: SealOptions): Promise<BackupSeal> {
  const { passphraseSeal, providerSeal } = await import('@parasol/kms-local')
  if (recipient.length === 0) {
    if (signWith !== undefined) throw new UsageError(texts(terminal).signerAlone)
    return passphraseSeal(() => askSecret(terminal, PASSPHRASE, texts(terminal).passphrase))
  }
  const ring = await openRing()
  const recipients = await ring.add(recipient)
  const [signer] = signWith === undefined ? [] : await ring.add([signWith])
  const signing = signer === undefined ? { allowUnsigned: true } : { signer }
  return providerSeal(ring.provider(terminal, { recipients, ...signing }))
}

/** By what its file itself says that it is sealed. @throws UsageError if that is OpenPGP and it is not said how to open it */
export async function sealOf(
  terminal: Terminal,
  file: Uint8Array,
  { decryptWith, signedBy, unsigned = false }: OpenOptions,
): Promise<BackupSeal> {
  const { isPassphraseSealed, passphraseSeal, providerSeal } = await import('@parasol/kms-local')
  if (isPassphraseSealed(file)) return passphraseSeal(() => askSecret(terminal, PASSPHRASE, texts(terminal).passphrase))
  if (decryptWith === undefined || (signedBy === undefined) !== unsigned)
    throw new UsageError(texts(terminal).howToOpen)
  const ring = await openRing()
  const recipients = await ring.add([decryptWith])
  const verify = signedBy === undefined ? [] : await ring.add([signedBy])
  return providerSeal(ring.provider(terminal, { recipients, verify, allowUnsigned: unsigned }))
}

type GpgOptions = Omit<ConstructorParameters<typeof GpgProvider>[0], 'keyRing' | 'passphrase'>

async function openRing() {
  const gpg = await import('@parasol/backend-gpg')
  const keyRing = gpg.KeyRing.inMemory()
  return {
    /** The fingerprints of what is in the files. */
    async add(paths: readonly string[]): Promise<string[]> {
      const fingerprints: string[] = []
      for (const path of paths) {
        const { added, updated, unchanged } = await keyRing.import(await readWhole(path))
        fingerprints.push(...added, ...updated, ...unchanged)
      }
      return fingerprints
    },
    provider(terminal: Terminal, options: GpgOptions): GpgProvider {
      const passphrase = () => askSecret(terminal, GPG_PASSPHRASE, texts(terminal).gpgPassphrase)
      return new gpg.GpgProvider({ keyRing, passphrase, ...options })
    },
  }
}

function gather(path: string, former: readonly string[] = []): readonly string[] {
  return [...former, path]
}

const texts = catalogue(
  {
    recipient: `the OpenPGP certificate of somebody who can open it; repeatable. Without one a passphrase does: ${PASSPHRASE}`,
    signWith: 'the OpenPGP secret key that signs it, so that nobody else can make one',
    decryptWith: `the OpenPGP secret key that opens it; its passphrase is asked for, or in ${GPG_PASSPHRASE}`,
    signedBy: 'the OpenPGP certificate of who signed it',
    unsigned: 'take one that nobody signed: whoever knows its recipients could have made it',
    passphrase: 'Passphrase of the backup',
    gpgPassphrase: 'Passphrase of the OpenPGP key',
    signerAlone: '--sign-with goes with --recipient',
    howToOpen: 'This backup is sealed by OpenPGP: give --decrypt-with, and --signed-by or else --unsigned',
  },
  {
    recipient: `可打开备份者的 OpenPGP 证书；可重复。不给则用口令：${PASSPHRASE}`,
    signWith: '为备份签名的 OpenPGP 私钥，使他人无法伪造',
    decryptWith: `打开备份的 OpenPGP 私钥；会询问其口令，或取自 ${GPG_PASSPHRASE}`,
    signedBy: '签名者的 OpenPGP 证书',
    unsigned: '接受无签名的备份：知道收件人的任何人都可能是其制作者',
    passphrase: '备份的口令',
    gpgPassphrase: 'OpenPGP 密钥的口令',
    signerAlone: '--sign-with 须与 --recipient 同用',
    howToOpen: '该备份由 OpenPGP 封存：请给出 --decrypt-with，以及 --signed-by 或 --unsigned',
  },
)
