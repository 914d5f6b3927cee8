import type { Profile } from '@parasol/backend-gpg'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { filesOf } from '../../options.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { readBytes } from './bytes.js'
import { addExchangeOptions, type ExchangeOptions, exchangeFiles, openProvider } from './exchange.js'
import { warnOfExpiry } from './expiry-warning.js'

interface EncryptOptions extends ExchangeOptions {
  readonly to: readonly string[]
  readonly as?: string
  readonly withoutSignature?: boolean
  readonly armor?: boolean
  readonly hidden?: boolean
  readonly profile?: string
}

export function encryptCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('encrypt')
    .description(text.description)
    .option('--to <contact>', text.to, (name: string, former: readonly string[]) => [...former, name], [])
    .option('--as <contact>', text.as)
    .option('--without-signature', text.unsigned)
    .option('--armor', text.armor)
    .option('--hidden', text.hidden)
    .option('--profile <profile>', text.profile)
  return addExchangeOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: EncryptOptions) => encrypt(terminal, options))
}

async function encrypt(terminal: Terminal, options: EncryptOptions): Promise<void> {
  const { to, as, withoutSignature = false, armor = false, hidden = false } = options
  if ((as === undefined) !== withoutSignature) throw new UsageError(texts(terminal).noSigner)
  const files = filesOf(terminal, options, undefined)
  const signer = as === undefined ? { allowUnsigned: true } : { signer: as }
  const profile = await profileOf(terminal, options)
  using provider = await openProvider(terminal, options, {
    profile,
    recipients: to,
    hidden,
    armor: armor || !files,
    ...signer,
  })
  await warnOfExpiry(terminal, options, to, 'encrypt')
  if (as !== undefined) await warnOfExpiry(terminal, options, [as], 'verify')
  if (files) return await exchangeFiles(terminal, provider, files, options, 'encrypt')
  const message = Buffer.from(await provider.encrypt(await readBytes(terminal), {}, { signal: terminal.signal }))
  print(terminal, options, { message: message.toString() }, () => message.toString())
}

async function profileOf(terminal: Terminal, options: EncryptOptions): Promise<Profile> {
  const { PROFILES } = await import('@parasol/backend-gpg')
  const profile = PROFILES.find((each) => each === (options.profile ?? PROFILES[0]))
  if (profile) return profile
  throw new UsageError(texts(terminal).noProfile(PROFILES.join(', ')))
}

const EXAMPLES = [
  'parasol gpg encrypt --to acme --to me --as me --in report.pdf --out report.pdf.gpg',
  'echo hello | parasol gpg encrypt --to acme --as me',
  'tar c photos | parasol gpg encrypt --to acme --as me --in - --out photos.tar.gpg',
  'parasol gpg encrypt --without-signature --password-env SHARED --in report.pdf --out report.pdf.gpg',
  'parasol gpg encrypt --profile auto --to acme --as me --in report.pdf --out report.pdf.pgp',
]

const texts = catalogue(
  {
    description: 'encrypt a file to contacts, signed; or a pipe to text',
    to: 'a contact, or a full fingerprint; repeatable. Name yourself to read it later',
    as: 'the contact or fingerprint whose secret key signs',
    unsigned: 'without a signature: readers cannot tell who wrote it',
    armor: 'as text, which is what a pipe gets without --in and --out',
    hidden: 'do not say who can read it; to one contact only',
    profile: 'compat, for gpg 2.2 or later (the default); modern, as RFC 9580 has it; auto, modern if all can read it',
    after: 'The partner runs: gpg --decrypt report.pdf.gpg',
    noProfile: (have: string) => `Unknown profile (have: ${have})`,
    noSigner: 'Say who signs (--as NAME), or else --without-signature',
  },
  {
    description: '把文件加密给联系人并签名；或把管道内容加密为文本',
    to: '联系人或完整指纹；可重复。要自己以后能读，请加上自己',
    as: '用其私钥签名的联系人或指纹',
    unsigned: '不签名：读者无法知道是谁写的',
    armor: '输出文本；没有 --in 和 --out 时，管道总是得到文本',
    hidden: '不透露谁能读；只能有一个联系人',
    profile: 'compat，适合 gpg 2.2 及更高版本（默认）；modern，按 RFC 9580；auto，所有人都能读时用 modern',
    after: '伙伴运行：gpg --decrypt report.pdf.gpg',
    noProfile: (have) => `未知的 profile（可用：${have}）`,
    noSigner: '请用 --as 名字 说明由谁签名，否则用 --without-signature',
  },
)
