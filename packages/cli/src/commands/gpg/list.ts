import type { KeyPart, KeySummary } from '@parasol/backend-gpg'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatTable, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { parseExpiry } from './expiry.js'
import { addRingOptions, openRing, type RingOptions } from './ring-options.js'

interface ListOptions extends RingOptions {
  readonly secret?: boolean
  readonly expiring?: string
}

export function listCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('list').description(text.description).argument('[text]', text.text)
  return addRingOptions(command, terminal)
    .option('--secret', text.secret)
    .option('--expiring <time>', text.expiring)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((wanted: string | undefined, options: ListOptions) => list(terminal, wanted, options))
}

async function list(terminal: Terminal, wanted: string | undefined, options: ListOptions): Promise<void> {
  const text = texts(terminal)
  const summaries = await (await openRing(terminal, options)).summaries()
  const until = options.expiring === undefined ? undefined : parseExpiry(terminal, options.expiring)
  const keys = summaries
    .filter(({ secret }) => secret || !options.secret)
    .filter((key) => wanted === undefined || isAbout(key, wanted))
    .filter((key) => options.expiring === undefined || expiresBefore(key, until))
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

/** To look at, not to choose by: names and addresses can be anybody's. */
function isAbout({ fingerprint, userIds, subkeys }: KeySummary, wanted: string): boolean {
  const digits = wanted.replaceAll(/\s/g, '').toUpperCase()
  if ([fingerprint, ...subkeys.map((part) => part.fingerprint)].some((each) => each === digits)) return true
  return userIds.some((userId) => userId.toLowerCase().includes(wanted.toLowerCase()))
}

/** What is valid now and will not be then. Subkeys that sign or encrypt count as well. */
function expiresBefore(key: KeySummary, until: Date | undefined): boolean {
  const parts = [key, ...key.subkeys].filter((part) => stateOf(part) === 'valid')
  return parts.some(({ expires }) => expires !== undefined && (!until || Date.parse(expires) < until.getTime()))
}

/** Whether a key can be used now. */
export function stateOf({ revoked, expires }: KeyPart): 'valid' | 'expired' | 'revoked' {
  if (revoked) return 'revoked'
  return expires !== undefined && Date.parse(expires) <= Date.now() ? 'expired' : 'valid'
}

const EXAMPLES = ['parasol gpg list', 'parasol gpg list acme --json', 'parasol gpg list --secret --expiring 30d']

const texts = catalogue(
  {
    description: 'list the keys of the ring',
    text: 'only those with this in a user id, or with this full fingerprint',
    secret: 'only those whose secret key is here',
    expiring: 'only those that are valid and expire within this time: 30d, 6m, 2030-01-31',
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
    text: '只列出用户标识含此文字或完整指纹相符的',
    secret: '只列出有私钥的',
    expiring: '只列出有效且在此时间内过期的：30d、6m、2030-01-31',
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
