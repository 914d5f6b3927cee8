import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import { formatFacts, print } from '../../../print.js'
import type { Terminal } from '../../../terminal.js'
import { addStoreOptions, findStore, type StoreOptions } from '../store-options.js'
import { addPolicyOption } from './policy-option.js'

interface GrantOptions extends StoreOptions {
  readonly policy: readonly string[]
  readonly user?: string
}

export function grantCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('grant').description(text.description).argument('<file>', text.file)
  addPolicyOption(command, terminal).option('--user <name>', text.user)
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((file: string, options: GrantOptions) => grant(terminal, file, options))
}

async function grant(terminal: Terminal, file: string, options: GrantOptions): Promise<void> {
  const { administer, grantAccessKey } = await import('@parasol/kms-local')
  const { policy: policies, user } = options
  const granted = await administer(await findStore(terminal, options), (service) =>
    grantAccessKey(service, { file, policies, user }),
  )
  print(terminal, options, granted, () => formatFacts(terminal, { ...granted }))
}

const EXAMPLES = [
  'parasol kms access grant app.json --policy crypto-user',
  'parasol kms access grant alice.json --user alice --policy assume-role',
]

const texts = catalogue(
  {
    description: 'make an access key that may do what policies say, and write it to a file',
    file: 'where the access key is written; it must not be there yet',
    user: 'the user to whom it belongs, with whose policies; made if there is none',
    after: 'The file holds the only copy of the secret.',
  },
  {
    description: '生成访问密钥，权限由策略决定，并写入文件',
    file: '写入访问密钥的文件，必须尚不存在',
    user: '密钥所属的用户，按该用户的策略；没有则建立',
    after: '该文件是密钥的唯一副本。',
  },
)
