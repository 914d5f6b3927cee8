import type { KeyPart } from '@parasol/backend-gpg'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatTable, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addRingOptions, openRing, type RingOptions } from './ring-options.js'

export function listCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  return addRingOptions(new Command('list').description(text.description), terminal)
    .option('--secret', text.secret)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((options: RingOptions & { readonly secret?: boolean }) => list(terminal, options))
}

async function list(terminal: Terminal, options: RingOptions & { readonly secret?: boolean }): Promise<void> {
  const text = texts(terminal)
  const summaries = await (await openRing(terminal, options)).summaries()
  const keys = summaries.filter(({ secret }) => secret || !options.secret)
  print(terminal, options, { keys: keys.map((key) => ({ ...key, state: stateOf(key) })) }, () =>
    formatTable(
      terminal,
      [text.fingerprint, text.userId, text.state, text.expires, text.secretKey],
      keys.map((key) => [
        key.fingerprint,
        key.userIds[0] ?? '',
        texts(terminal)[stateOf(key)],
        key.expires?.slice(0, 10) ?? text.never,
        key.secret ? text.here : '',
      ]),
    ),
  )
}

/** Whether a key can be used now. */
export function stateOf({ revoked, expires }: KeyPart): 'valid' | 'expired' | 'revoked' {
  if (revoked) return 'revoked'
  return expires !== undefined && Date.parse(expires) <= Date.now() ? 'expired' : 'valid'
}

const EXAMPLES = ['parasol gpg list', 'parasol gpg list --secret --json']

const texts = catalogue(
  {
    description: 'list the keys of the ring',
    secret: 'only those whose secret key is here',
    fingerprint: 'fingerprint',
    userId: 'user id',
    state: 'state',
    expires: 'expires',
    secretKey: 'secret key',
    never: 'never',
    here: 'here',
    valid: 'valid',
    expired: 'expired',
    revoked: 'revoked',
  },
  {
    description: '列出钥匙环中的密钥',
    secret: '只列出有私钥的',
    fingerprint: '指纹',
    userId: '用户标识',
    state: '状态',
    expires: '过期',
    secretKey: '私钥',
    never: '永不',
    here: '有',
    valid: '有效',
    expired: '已过期',
    revoked: '已吊销',
  },
)
