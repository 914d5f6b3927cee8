import type { KeyKeeper, KeyRing } from '@parasol/backend-gpg'
import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { Dialogue } from '../../dialogue.js'
import { addJsonOption } from '../../options.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { openKeyFiles } from './sealer.js'

/** What every command of the group has to know. */
export interface RingOptions {
  readonly ring?: string
  /** Where the use case of a sealed ring is. */
  readonly config?: string
  readonly json?: boolean
}

/** Where the passphrase of a secret key comes from. */
export interface PassphraseOptions extends RingOptions {
  readonly passphraseEnv?: string
  readonly passphraseFile?: string
  readonly passphraseFd?: string
}

export function addRingOptions(command: Command, terminal: Terminal): Command {
  const { ring, config } = texts(terminal)
  return addJsonOption(command.option('--ring <folder>', ring).option('--config <file>', config), terminal)
}

export function addPassphraseOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return addRingOptions(command, terminal)
    .option('--passphrase-env <name>', text.env)
    .option('--passphrase-file <file>', text.file)
    .option('--passphrase-fd <number>', text.fd)
}

export function ringFolder(terminal: Terminal, { ring }: RingOptions): string {
  return ring ?? (terminal.env['PARASOL_KEY_RING'] || 'gpg')
}

export async function openRing(terminal: Terminal, options: RingOptions): Promise<KeyRing> {
  const { KeyRing } = await import('@parasol/backend-gpg')
  return new KeyRing(await openKeyFiles(terminal, options))
}

export async function openKeeper(terminal: Terminal, options: PassphraseOptions): Promise<KeyKeeper> {
  const { KeyKeeper } = await import('@parasol/backend-gpg')
  const passphrase = passphraseSource(terminal, options)
  return new KeyKeeper({ keyRing: await openRing(terminal, options), passphrase })
}

/** Asks at the terminal if no option says where the passphrase is; without a terminal there is none. */
export function passphraseSource(
  terminal: Terminal,
  options: PassphraseOptions,
): (fingerprint: string) => Promise<string> {
  return async (fingerprint) => {
    const given = await readPassphrase(terminal, options)
    if (given !== undefined) return given
    using dialogue = new Dialogue(terminal)
    return dialogue.secret(texts(terminal).ask(fingerprint))
  }
}

/** The passphrase that an option names; undefined if none does. @throws UsageError for two, or one that is not there */
export async function readPassphrase(
  terminal: Terminal,
  { passphraseEnv, passphraseFile, passphraseFd }: Omit<PassphraseOptions, 'ring' | 'config' | 'json'>,
): Promise<string | undefined> {
  const text = texts(terminal)
  if ([passphraseEnv, passphraseFile, passphraseFd].filter((each) => each !== undefined).length > 1) {
    throw new UsageError(text.one)
  }
  if (passphraseEnv !== undefined) {
    const value = terminal.env[passphraseEnv]
    if (value === undefined) throw new UsageError(text.noVariable)
    return value
  }
  if (passphraseFile !== undefined) return readLine(terminal, passphraseFile)
  if (passphraseFd === undefined) return undefined
  if (!/^\d{1,6}$/.test(passphraseFd)) throw new UsageError(text.noDescriptor)
  return readLine(terminal, Number(passphraseFd))
}

/** Without its last line end. */
async function readLine(terminal: Terminal, source: string | number): Promise<string> {
  const { readFileSync } = await import('node:fs')
  try {
    return readFileSync(source, 'utf8').replace(/\r?\n$/, '')
  } catch {
    throw new UsageError(texts(terminal).noFile)
  }
}

const texts = catalogue(
  {
    ring: 'the folder of the key ring; by default that in PARASOL_KEY_RING, else gpg here',
    config: 'of a sealed ring: the configuration; by default that in PARASOL_CONFIG, else parasol.yaml here',
    env: 'a variable of the environment with the passphrase',
    file: 'a file with the passphrase, whose last line end does not count',
    fd: 'the number of an open file with the passphrase',
    ask: (fingerprint: string) => `Passphrase of ${fingerprint}`,
    one: 'Say once where the passphrase is',
    noVariable: 'The environment has no variable of the name that --passphrase-env gives',
    noDescriptor: 'Expected the number of an open file after --passphrase-fd',
    noFile: 'The file of the passphrase cannot be read',
  },
  {
    ring: '钥匙环的文件夹；默认为 PARASOL_KEY_RING 所指，否则为当前文件夹的 gpg',
    config: '密封的钥匙环所用的配置；默认为 PARASOL_CONFIG 所指，否则为当前文件夹的 parasol.yaml',
    env: '存放口令的环境变量',
    file: '存放口令的文件，末尾的换行不计',
    fd: '存放口令的已打开文件的编号',
    ask: (fingerprint) => `${fingerprint} 的口令`,
    one: '口令的来源只能给出一个',
    noVariable: '环境中没有 --passphrase-env 所指的变量',
    noDescriptor: '--passphrase-fd 之后应为已打开文件的编号',
    noFile: '无法读取口令文件',
  },
)
