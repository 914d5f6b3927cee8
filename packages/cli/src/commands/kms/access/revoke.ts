import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import { formatFacts, print } from '../../../print.js'
import type { Terminal } from '../../../terminal.js'
import { UsageError } from '../../../usage-error.js'
import { addStoreOptions, findStore, type StoreOptions } from '../store-options.js'

interface RevokeOptions extends StoreOptions {
  readonly accessKeyId?: string
  readonly user?: string
  readonly role?: string
}

export function revokeCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('revoke')
    .description(text.description)
    .option('--access-key-id <id>', text.accessKeyId)
    .option('--user <name>', text.user)
    .option('--role <name>', text.role)
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: RevokeOptions) => revoke(terminal, options))
}

async function revoke(terminal: Terminal, options: RevokeOptions): Promise<void> {
  const { accessKeyId, user, role } = options
  if ([accessKeyId, user, role].filter((name) => name !== undefined).length !== 1) {
    throw new UsageError(texts(terminal).one)
  }
  const { administer } = await import('@parasol/kms-local')
  await administer(await findStore(terminal, options), async (service) => {
    if (accessKeyId !== undefined) await service.deleteAccessKey(accessKeyId)
    else if (user !== undefined) await service.access.deletePrincipal('user', user)
    else await service.access.deletePrincipal('role', role ?? '')
  })
  const facts = { revoked: accessKeyId ?? user ?? role }
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

const EXAMPLES = [
  'parasol kms access revoke --access-key-id LTAI0123456789abcdef0123',
  'parasol kms access revoke --user alice',
]

const texts = catalogue(
  {
    description: 'take an access key, a user or a role away',
    accessKeyId: 'the access key that signs nothing more',
    user: 'the user, whose access keys sign nothing more',
    role: 'the role, whose sessions end',
    after: 'Requests that it signs are refused from the next start of the server on.',
    one: 'Expected one of --access-key-id, --user and --role',
  },
  {
    description: '撤销访问密钥、用户或角色',
    accessKeyId: '不再有效的访问密钥',
    user: '用户，其访问密钥一并失效',
    role: '角色，其会话随即结束',
    after: '服务下次启动后，由它签名的请求会被拒绝。',
    one: '应给出 --access-key-id、--user、--role 之一',
  },
)
