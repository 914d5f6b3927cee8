import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { canAsk, Dialogue } from '../../dialogue.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { addRingOptions, openRing, type RingOptions, ringFolder } from './ring-options.js'

interface DeleteOptions extends RingOptions {
  readonly secret?: boolean
  readonly all?: boolean
  readonly yes?: boolean
}

export function deleteCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('delete')
    .description(text.description)
    .argument('<fingerprint>', text.fingerprint)
    .option('--secret', text.secret)
    .option('--all', text.all)
    .option('--yes', text.yes)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((fingerprint: string, options: DeleteOptions) => deleteKey(terminal, fingerprint, options))
}

async function deleteKey(terminal: Terminal, fingerprint: string, options: DeleteOptions): Promise<void> {
  const { secret = false, all = false, yes = false } = options
  const { Contacts, parseFingerprint } = await import('@parasol/backend-gpg')
  if (secret && all) throw new UsageError(texts(terminal).either)
  const digits = parseFingerprint(fingerprint)
  if ((secret || all) && !yes) await confirm(terminal, digits)
  const ring = await openRing(terminal, options)
  await ring.remove(digits, all ? 'both' : secret ? 'secretKey' : 'certificate')
  const contacts = secret ? [] : Object.entries(await new Contacts(ringFolder(terminal, options)).list())
  const left = contacts.filter(([, { encrypt, verify }]) => [...encrypt, ...verify].includes(digits))
  const names = left.map(([name]) => name)
  print(terminal, options, { fingerprint: digits, contacts: names }, () =>
    names.length > 0 ? `${texts(terminal).contacts(names.join(', '))}\n` : '',
  )
}

/** A secret key may be nowhere else. */
async function confirm(terminal: Terminal, fingerprint: string): Promise<void> {
  const text = texts(terminal)
  if (!canAsk(terminal)) throw new UsageError(text.sayYes)
  using dialogue = new Dialogue(terminal)
  if ((await dialogue.ask(text.confirm(fingerprint))).trim() !== fingerprint.slice(-4)) throw new UsageError(text.kept)
}

const EXAMPLES = [
  'parasol gpg delete 0123456789ABCDEF0123456789ABCDEF01234567',
  'parasol gpg delete 0123456789ABCDEF0123456789ABCDEF01234567 --all --yes',
]

const texts = catalogue(
  {
    description: 'take a key out of the ring',
    fingerprint: 'the full fingerprint of the key',
    secret: 'the secret part alone; the certificate stays',
    all: 'the certificate and the secret part',
    yes: 'do not ask whether a secret key may go',
    after: 'What was encrypted to a secret key that is nowhere else cannot be decrypted again.',
    either: '--secret or --all, not both',
    sayYes: 'A secret key is deleted with --yes only',
    confirm: (fingerprint: string) => `Delete the secret key ${fingerprint}? Then type its last four digits`,
    kept: 'Those are not its last four digits: nothing was deleted',
    contacts: (names: string) => `Contacts that still name it: ${names}`,
  },
  {
    description: '从钥匙环中删除密钥',
    fingerprint: '密钥的完整指纹',
    secret: '只删除私钥；保留证书',
    all: '证书和私钥都删除',
    yes: '删除私钥时不再询问',
    after: '若私钥别处没有，加密给它的内容将无法再解密。',
    either: '--secret 与 --all 只能给一个',
    sayYes: '删除私钥须加 --yes',
    confirm: (fingerprint) => `删除私钥 ${fingerprint}？请输入其最后四位`,
    kept: '与最后四位不符：未删除任何内容',
    contacts: (names) => `仍指向它的联系人：${names}`,
  },
)
