import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatTable, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addRingOptions, openRing, type RingOptions } from './ring-options.js'

export function wkdCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('wkd')
    .description(text.description)
    .argument('<address>', text.address)
    .option('--import', text.import)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((address, options) => lookUp(terminal, address, options))
}

async function lookUp(
  terminal: Terminal,
  address: string,
  options: RingOptions & { readonly import?: boolean },
): Promise<void> {
  const { lookUpWkd } = await import('@parasol/backend-gpg')
  const candidates = await lookUpWkd(address, { signal: terminal.signal })
  const ring = await openRing(terminal, options)
  if (options.import) for (const { certificate } of candidates) await ring.import(certificate)
  const shown = candidates.map(({ fingerprint, userIds, url }) => ({ fingerprint, userIds, url }))
  const text = texts(terminal)
  print(terminal, options, { candidates: shown, imported: options.import ?? false }, () =>
    formatTable(
      terminal,
      [text.fingerprint, text.userIds],
      shown.map(({ fingerprint, userIds }) => [fingerprint, userIds]),
    ),
  )
}

const EXAMPLES = ['parasol gpg wkd someone@example.com', 'parasol gpg wkd someone@example.com --import']

const texts = catalogue(
  {
    description: "ask an address's domain for its key: what comes is a candidate and is not trusted",
    address: 'the e-mail address',
    import: 'take what comes into the ring; it is not trusted there either',
    after: 'Compare the fingerprint over another channel, then parasol gpg contact add.',
    fingerprint: 'fingerprint',
    userIds: 'user ids',
  },
  {
    description: '向邮箱地址的域名查询密钥：得到的只是候选，不被信任',
    address: '邮箱地址',
    import: '把得到的密钥导入钥匙环；仍不被信任',
    after: '请通过其他渠道核对指纹，然后运行 parasol gpg contact add。',
    fingerprint: '指纹',
    userIds: '用户标识',
  },
)
