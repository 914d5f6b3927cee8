import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import { formatFacts, print } from '../../../print.js'
import type { Terminal } from '../../../terminal.js'
import { addStoreOptions, findStore, type StoreOptions } from '../store-options.js'
import { addPolicyOption } from './policy-option.js'

interface RoleOptions extends StoreOptions {
  readonly policy: readonly string[]
  readonly trust: readonly string[]
}

export function roleCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const append = (value: string, former: readonly string[]): readonly string[] => [...former, value]
  const command = new Command('role').description(text.description).argument('<name>', text.name)
  addPolicyOption(command, terminal).option('--trust <user>', text.trust, append, [])
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((name: string, options: RoleOptions) => setRole(terminal, name, options))
}

async function setRole(terminal: Terminal, name: string, options: RoleOptions): Promise<void> {
  const { administer, grantRole } = await import('@parasol/kms-local')
  const { policy: policies, trust: trusted } = options
  const role = await administer(await findStore(terminal, options), (service) =>
    grantRole(service, { name, policies, trusted }),
  )
  print(terminal, options, role, () => formatFacts(terminal, { ...role }))
}

const EXAMPLES = ['parasol kms access role payments --policy crypto-user --trust alice']

const texts = catalogue(
  {
    description: 'make a role, whose rights a trusted user gets for a while by AssumeRole, or replace it',
    name: 'its name; acs:ram::0:role/NAME in requests',
    trust: 'a user who may assume it, "*" for all; repeatable',
  },
  {
    description: '建立或替换角色：受信任的用户可通过 AssumeRole 在一段时间内取得其权限',
    name: '角色名；请求中为 acs:ram::0:role/角色名',
    trust: '可扮演它的用户，"*" 表示全部；可重复',
  },
)
