import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatFacts, formatTable, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { stateOf } from './list.js'
import { addRingOptions, openRing, type RingOptions } from './ring-options.js'

export function showCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('show').description(text.description).argument('<fingerprint>', text.fingerprint)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((fingerprint: string, options: RingOptions) => show(terminal, fingerprint, options))
}

async function show(terminal: Terminal, fingerprint: string, options: RingOptions): Promise<void> {
  const { parseFingerprint } = await import('@parasol/backend-gpg')
  const digits = parseFingerprint(fingerprint)
  const ring = await openRing(terminal, options)
  // Says that it is not there, or damaged.
  await ring.certificate(digits)
  const key = (await ring.summaries()).find((each) => each.fingerprint === digits)
  if (!key) return
  const text = texts(terminal)
  const parts = [key, ...key.subkeys].map((part) => ({ ...part, state: stateOf(part) }))
  print(terminal, options, { ...key, state: stateOf(key), subkeys: parts.slice(1) }, () =>
    [
      formatFacts(terminal, {
        [text.key]: key.fingerprint.replaceAll(/(.{4})(?=.)/g, '$1 '),
        [text.userIds]: key.userIds,
        [text.secret]: key.secret ? text.yes : text.no,
      }),
      formatTable(
        terminal,
        [text.part, text.algorithm, text.abilities, text.created, text.expires, text.state],
        parts.map((part) => [
          part.fingerprint,
          part.algorithm,
          part.abilities,
          part.created.slice(0, 10),
          part.expires?.slice(0, 10) ?? text.never,
          part.state,
        ]),
      ),
    ].join('\n'),
  )
}

const EXAMPLES = ['parasol gpg show 0123456789ABCDEF0123456789ABCDEF01234567']

const texts = catalogue(
  {
    description: 'show a key of the ring with its subkeys, to compare its fingerprint',
    fingerprint: 'the full fingerprint of the key',
    key: 'fingerprint',
    userIds: 'user ids',
    secret: 'secret key here',
    yes: 'yes',
    no: 'no',
    part: 'part',
    algorithm: 'algorithm',
    abilities: 'for',
    created: 'created',
    expires: 'expires',
    state: 'state',
    never: 'never',
  },
  {
    description: '显示钥匙环中的一个密钥及其子密钥，以便核对指纹',
    fingerprint: '密钥的完整指纹',
    key: '指纹',
    userIds: '用户标识',
    secret: '有私钥',
    yes: '是',
    no: '否',
    part: '部分',
    algorithm: '算法',
    abilities: '用途',
    created: '创建',
    expires: '过期',
    state: '状态',
    never: '永不',
  },
)
