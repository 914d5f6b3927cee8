import type { RootKeySource } from '@parasol/kms-local'
import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { addJsonOption } from '../../options.js'
import type { Terminal } from '../../terminal.js'

/** Which store, and what opens it. */
export interface StoreOptions {
  readonly store: string
  readonly keyFile?: string
  readonly json?: boolean
}

export interface Store {
  readonly folder: string
  readonly rootKey: RootKeySource
}

const PASSPHRASE = 'PARASOL_KMS_PASSPHRASE'

/** The options of every command on a store, `--json` among them. */
export function addStoreOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  command.option('--store <folder>', text.store, 'kms').option('--key-file <file>', text.keyFile)
  return addJsonOption(command, terminal)
}

/** A store that is there. @throws CryptoError IO */
export async function findStore(terminal: Terminal, options: StoreOptions): Promise<Store> {
  const { access } = await import('node:fs/promises')
  const { join } = await import('node:path')
  const { CryptoError } = await import('@parasol/core')
  await access(join(options.store, 'store.json')).catch((cause) => {
    throw new CryptoError('IO', texts(terminal).noStore(options.store), { cause })
  })
  return { folder: options.store, rootKey: await rootKeyOf(terminal, options) }
}

/** A key file, else a passphrase: from the environment, or asked for. What `parasol init` made is found by itself. */
export async function rootKeyOf(terminal: Terminal, { store, keyFile }: StoreOptions): Promise<RootKeySource> {
  if (keyFile !== undefined) return { keyFile }
  const { existsSync } = await import('node:fs')
  const beside = `${store.replace(/\/+$/, '')}.key`
  if (terminal.env[PASSPHRASE] === undefined && existsSync(beside)) return { keyFile: beside }
  return { passphrase: () => askSecret(terminal, PASSPHRASE, texts(terminal).passphrase) }
}

/** A secret of the environment, or one that a person types. @throws UsageError if there is neither */
export async function askSecret(terminal: Terminal, variable: string, question: string): Promise<string> {
  const given = terminal.env[variable]
  if (given) return given
  const { canAsk, Dialogue } = await import('../../dialogue.js')
  const { UsageError } = await import('../../usage-error.js')
  if (!canAsk(terminal)) throw new UsageError(texts(terminal).noSecret(variable))
  using dialogue = new Dialogue(terminal)
  return await dialogue.secret(question)
}

const texts = catalogue(
  {
    store: 'the folder of the store',
    keyFile: `what opens it; else the passphrase in ${PASSPHRASE}, else FOLDER.key if it is there, else you are asked`,
    passphrase: 'Passphrase of the store',
    noStore: (folder: string) =>
      `There is no store in "${folder}": name another by --store, or make one by parasol kms keys create`,
    noSecret: (variable: string) => `Expected a passphrase in ${variable}`,
  },
  {
    store: '存储所在的文件夹',
    keyFile: `打开存储的密钥文件；否则取 ${PASSPHRASE} 中的口令，否则用已有的 文件夹.key，否则会询问`,
    passphrase: '存储的口令',
    noStore: (folder) => `"${folder}" 中没有存储：请用 --store 指定，或用 parasol kms keys create 建立`,
    noSecret: (variable) => `缺少 ${variable} 中的口令`,
  },
)
