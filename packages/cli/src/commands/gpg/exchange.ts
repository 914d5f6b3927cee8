import type { GpgOptions, GpgProvider } from '@parasol/backend-gpg'
import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { convertFile } from '../../convert-file.js'
import { Dialogue } from '../../dialogue.js'
import { addFileOptions } from '../../options.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import {
  addPassphraseOptions,
  openRing,
  type PassphraseOptions,
  passphraseSource,
  readPassphrase,
  ringFolder,
} from './ring-options.js'

/** What encrypting and decrypting have in common. */
export interface ExchangeOptions extends PassphraseOptions {
  readonly in?: string
  readonly out?: string
  readonly force?: boolean
  readonly password?: boolean
  readonly passwordEnv?: string
  readonly passwordFile?: string
  readonly passwordFd?: string
}

export function addExchangeOptions(command: Command, terminal: Terminal): Command {
  const { ask, env, file, fd } = texts(terminal)
  return addFileOptions(addPassphraseOptions(command, terminal), terminal, true)
    .option('--password', ask)
    .option('--password-env <name>', env)
    .option('--password-file <file>', file)
    .option('--password-fd <number>', fd)
}

/** A provider for what the command line says. */
export async function openProvider(
  terminal: Terminal,
  options: ExchangeOptions,
  parties: Pick<GpgOptions, 'recipients'> & Partial<GpgOptions>,
): Promise<GpgProvider> {
  const { Contacts, GpgProvider } = await import('@parasol/backend-gpg')
  const password = passwordOf(terminal, options)
  return new GpgProvider({
    keyRing: await openRing(terminal, options),
    contacts: new Contacts(ringFolder(terminal, options)),
    passphrase: passphraseSource(terminal, options),
    ...(password === undefined ? {} : { password }),
    ...parties,
  })
}

/** Where the password of a message comes from; undefined if it is to have none. */
export function passwordOf(terminal: Terminal, options: ExchangeOptions): (() => Promise<string>) | undefined {
  const { password = false, passwordEnv, passwordFile, passwordFd } = options
  const named = [passwordEnv, passwordFile, passwordFd].some((each) => each !== undefined)
  if (!password && !named) return undefined
  if (password && named) throw new UsageError(texts(terminal).once)
  return async () => {
    const given = password ? await askPassword(terminal) : await readPassphrase(terminal, namedSource(options))
    if (given) return given
    throw new UsageError(texts(terminal).noPassword)
  }
}

function namedSource({ passwordEnv, passwordFile, passwordFd }: ExchangeOptions): Parameters<typeof readPassphrase>[1] {
  return {
    ...(passwordEnv === undefined ? {} : { passphraseEnv: passwordEnv }),
    ...(passwordFile === undefined ? {} : { passphraseFile: passwordFile }),
    ...(passwordFd === undefined ? {} : { passphraseFd: passwordFd }),
  }
}

async function askPassword(terminal: Terminal): Promise<string> {
  using dialogue = new Dialogue(terminal)
  return dialogue.secret(texts(terminal).askNow)
}

/** Files of any size, with progress; `-` is the standard input or output. */
export async function exchangeFiles(
  terminal: Terminal,
  provider: GpgProvider,
  files: { readonly source: string; readonly target: string },
  options: ExchangeOptions,
  direction: 'encrypt' | 'decrypt',
): Promise<void> {
  const { createCrypto } = await import('@parasol/core')
  const { decryptFile, encryptFile } = await import('@parasol/core/files')
  const cipher = createCrypto([provider], { file: { scheme: provider.scheme } }).for('file')
  if (Object.values(files).includes('-')) {
    const { convertStream } = await import('../../convert-stream.js')
    const settings = { signal: terminal.signal }
    return convertStream(terminal, files, options, (chunks) =>
      direction === 'encrypt' ? cipher.encryptStream(chunks, {}, settings) : cipher.decryptStream(chunks, {}, settings),
    )
  }
  const convert = direction === 'encrypt' ? encryptFile : decryptFile
  await convertFile(terminal, files, options, (settings) => convert(cipher, files.source, files.target, {}, settings))
}

const texts = catalogue(
  {
    ask: 'ask for a password for the message, beside keys or without any',
    env: 'a variable of the environment with that password',
    file: 'a file with that password, whose last line end does not count',
    fd: 'the number of an open file with that password',
    askNow: 'Password of the message',
    once: 'Say once where the password of the message is',
    noPassword: 'The password of the message is empty',
  },
  {
    ask: '询问消息的密码，可与密钥并用，也可不用密钥',
    env: '存放该密码的环境变量',
    file: '存放该密码的文件，末尾的换行不计',
    fd: '存放该密码的已打开文件的编号',
    askNow: '消息的密码',
    once: '消息密码的来源只能给出一个',
    noPassword: '消息的密码为空',
  },
)
