import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addStoreOptions, askSecret, findStore, type StoreOptions } from './store-options.js'

interface RekeyOptions extends StoreOptions {
  readonly newKeyFile?: string
}

const NEW_PASSPHRASE = 'PARASOL_KMS_NEW_PASSPHRASE'

export function rekeyCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('rekey').description(text.description).option('--new-key-file <file>', text.newKeyFile)
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: RekeyOptions) => rekey(terminal, options))
}

async function rekey(terminal: Terminal, options: RekeyOptions): Promise<void> {
  const { KeyStore } = await import('@parasol/kms-local')
  const { newKeyFile } = options
  await using store = await KeyStore.open(await findStore(terminal, options))
  const passphrase = newKeyFile === undefined ? await askSecret(terminal, NEW_PASSPHRASE, texts(terminal).ask) : ''
  await store.changeRootKey(newKeyFile === undefined ? { passphrase: () => passphrase } : { keyFile: newKeyFile })
  const facts = { store: options.store, opensBy: newKeyFile ?? 'passphrase' }
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

const EXAMPLES = [
  'parasol kms rekey --new-key-file kms-2030.key',
  `${NEW_PASSPHRASE}=… parasol kms rekey --key-file kms.key`,
]

const texts = catalogue(
  {
    description: 'seal a store under another root key, and everything in it under new keys',
    newKeyFile: `a key file, made if there is none; else the passphrase in ${NEW_PASSPHRASE}, else you are asked`,
    ask: 'New passphrase of the store',
    after: 'The former root key still opens former copies and backups. A stop at any moment leaves a store that opens.',
  },
  {
    description: '把存储改由另一根密钥封存，其中内容全部换新密钥',
    newKeyFile: `密钥文件，没有则生成；否则取 ${NEW_PASSPHRASE} 中的口令，否则会询问`,
    ask: '存储的新口令',
    after: '旧根密钥仍能打开旧副本和旧备份。任何时刻中断，存储都仍能打开。',
  },
)
