import type { GpgOptions, GpgProvider } from '@parasol/backend-gpg'
import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { convertFile } from '../../convert-file.js'
import { addFileOptions } from '../../options.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { addPassphraseOptions, openRing, type PassphraseOptions, passphraseSource, ringFolder } from './ring-options.js'

/** What encrypting and decrypting have in common. */
export interface ExchangeOptions extends PassphraseOptions {
  readonly in?: string
  readonly out?: string
  readonly force?: boolean
  readonly passwordEnv?: string
}

export function addExchangeOptions(command: Command, terminal: Terminal): Command {
  return addFileOptions(addPassphraseOptions(command, terminal), terminal).option(
    '--password-env <name>',
    texts(terminal).password,
  )
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
    ...(password === undefined ? {} : { password: () => password }),
    ...parties,
  })
}

export function passwordOf(terminal: Terminal, { passwordEnv }: ExchangeOptions): string | undefined {
  if (passwordEnv === undefined) return undefined
  const password = terminal.env[passwordEnv]
  if (password) return password
  throw new UsageError(texts(terminal).noPassword)
}

/** Files of any size, with progress. */
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
  const convert = direction === 'encrypt' ? encryptFile : decryptFile
  await convertFile(terminal, files, options, (settings) => convert(cipher, files.source, files.target, {}, settings))
}

const texts = catalogue(
  {
    password: 'a variable of the environment with a password for the message, beside keys or without any',
    noPassword: 'The environment has no password in the variable that --password-env names',
  },
  {
    password: '存放消息密码的环境变量，可与密钥并用，也可不用密钥',
    noPassword: '环境中 --password-env 所指的变量没有密码',
  },
)
