import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { Dialogue } from '../../dialogue.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import {
  addPassphraseOptions,
  openRing,
  type PassphraseOptions,
  passphraseSource,
  readPassphrase,
} from './ring-options.js'

interface PasswdOptions extends PassphraseOptions {
  readonly newPassphraseEnv?: string
  readonly newPassphraseFile?: string
  readonly newPassphraseFd?: string
}

export function passwdCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('passwd').description(text.description).argument('<fingerprint>', text.fingerprint)
  return addPassphraseOptions(command, terminal)
    .option('--new-passphrase-env <name>', text.env)
    .option('--new-passphrase-file <file>', text.file)
    .option('--new-passphrase-fd <number>', text.fd)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((fingerprint: string, options: PasswdOptions) => passwd(terminal, fingerprint, options))
}

async function passwd(terminal: Terminal, fingerprint: string, options: PasswdOptions): Promise<void> {
  const { parseFingerprint } = await import('@parasol/backend-gpg')
  const { isLocked } = await import('@parasol/backend-gpg/stateless')
  const digits = parseFingerprint(fingerprint)
  const ring = await openRing(terminal, options)
  const locked = isLocked(await ring.secretKey(digits))
  const from = locked ? await passphraseSource(terminal, options)(digits) : ''
  await ring.changePassphrase(digits, from, await newPassphrase(terminal, options))
  print(terminal, options, { fingerprint: digits }, () => '')
}

async function newPassphrase(terminal: Terminal, options: PasswdOptions): Promise<string> {
  const given = await readPassphrase(terminal, {
    ...(options.newPassphraseEnv === undefined ? {} : { passphraseEnv: options.newPassphraseEnv }),
    ...(options.newPassphraseFile === undefined ? {} : { passphraseFile: options.newPassphraseFile }),
    ...(options.newPassphraseFd === undefined ? {} : { passphraseFd: options.newPassphraseFd }),
  })
  if (given !== undefined) return given
  using dialogue = new Dialogue(terminal)
  const first = await dialogue.secret(texts(terminal).ask)
  if ((await dialogue.secret(texts(terminal).again)) === first) return first
  throw new UsageError(texts(terminal).different)
}

const EXAMPLES = [
  'parasol gpg passwd 0123456789ABCDEF0123456789ABCDEF01234567',
  'parasol gpg passwd 0123456789ABCDEF0123456789ABCDEF01234567 --passphrase-env OLD --new-passphrase-file new.txt',
]

const texts = catalogue(
  {
    description: 'lock a secret key of the ring under another passphrase',
    fingerprint: 'the full fingerprint of the key',
    env: 'a variable of the environment with the new passphrase',
    file: 'a file with the new passphrase',
    fd: 'the number of an open file with the new passphrase',
    ask: 'New passphrase',
    again: 'Once more',
    different: 'The two passphrases are not the same',
  },
  {
    description: '更换钥匙环中私钥的口令',
    fingerprint: '密钥的完整指纹',
    env: '存放新口令的环境变量',
    file: '存放新口令的文件',
    fd: '存放新口令的已打开文件的编号',
    ask: '新口令',
    again: '再输一次',
    different: '两次口令不一致',
  },
)
