import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addStoreOptions, findStore, type StoreOptions } from './store-options.js'

interface VerifyOptions extends StoreOptions {
  readonly head?: string
}

export function auditVerifyCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('verify').description(text.description).option('--head <file>', text.head)
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: VerifyOptions) => verify(terminal, options))
}

async function verify(terminal: Terminal, options: VerifyOptions): Promise<void> {
  const { AuditReader } = await import('@parasol/kms-local')
  const { readWhole } = await import('../../read-whole.js')
  const { folder, rootKey } = await findStore(terminal, options)
  using reader = await AuditReader.open(folder, rootKey)
  const head = options.head === undefined ? {} : { head: Buffer.from(await readWhole(options.head)).toString() }
  const facts = { ...(await reader.verify(head)) }
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

const EXAMPLES = ['parasol kms audit verify', 'parasol kms audit verify --head /mnt/elsewhere/audit.head --json']

const texts = catalogue(
  {
    description: 'follow the audit log, and say where it was changed, moved, left out or cut off',
    head: 'a copy of audit.head that was kept elsewhere: what was in the log then must still be there',
    after: 'Ends with 0 if it is whole, and with 5 and the line if not. The store may be served meanwhile.',
  },
  {
    description: '检查审计日志，指出何处被改动、移动、删去或截断',
    head: '另处保存的 audit.head 副本：当时日志中的内容必须仍在',
    after: '完整则以 0 结束，否则以 5 结束并指出行号。期间存储可照常提供服务。',
  },
)
