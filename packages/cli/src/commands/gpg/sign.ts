import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { pieces, whole, writeBytes } from './bytes.js'
import { warnOfExpiry } from './expiry-warning.js'
import { fingerprintsOf } from './parties.js'
import { addPassphraseOptions, openRing, type PassphraseOptions, passphraseSource } from './ring-options.js'

interface SignOptions extends PassphraseOptions {
  readonly as: string
  readonly kind: string
  readonly binary?: boolean
  readonly in?: string
  readonly out?: string
  readonly force?: boolean
}

export function signCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('sign')
    .description(text.description)
    .requiredOption('--as <contact>', text.as)
    .option('--kind <kind>', text.kind, 'detached')
    .option('--binary', text.binary)
    .option('-i, --in <file>', text.in)
    .option('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
  return addPassphraseOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: SignOptions) => sign(terminal, options))
}

async function sign(terminal: Terminal, options: SignOptions): Promise<void> {
  const { json = false, out, binary = false } = options
  const text = texts(terminal)
  const stateless = await import('@parasol/backend-gpg/stateless')
  const signer = await unlockSigner(terminal, options)
  await warnOfExpiry(terminal, options, [options.as], 'verify')
  const signers = [signer]
  const kinds: Readonly<Record<string, () => Promise<Uint8Array>>> = {
    detached: async () => stateless.signDetachedStream(pieces(terminal, options.in), { signers, armor: !binary }),
    inline: async () => stateless.signInline(await whole(terminal, options.in), { signers, armor: !binary }),
    clear: async () => stateless.signCleartext(await whole(terminal, options.in), signers),
  }
  const make = Object.hasOwn(kinds, options.kind) ? kinds[options.kind] : undefined
  if (!make) throw new UsageError(text.noKind)
  const signed = await make()
  if (json && out === undefined) return print(terminal, { json }, { signed: Buffer.from(signed).toString() }, () => '')
  await writeBytes(terminal, signed, options)
  if (json) print(terminal, { json }, { file: out }, () => '')
}

async function unlockSigner(terminal: Terminal, options: SignOptions) {
  const [fingerprint = ''] = await fingerprintsOf(terminal, options, [options.as], 'verify')
  const ring = await openRing(terminal, options)
  const { unlockKey } = await import('@parasol/backend-gpg/stateless')
  return unlockKey(await ring.secretKey(fingerprint), passphraseSource(terminal, options))
}

const EXAMPLES = [
  'parasol gpg sign --as me --in report.pdf --out report.pdf.sig --binary',
  'parasol gpg sign --as me --kind clear < letter.txt > letter.asc',
]

const texts = catalogue(
  {
    description: 'sign a file or a pipe: beside it, around it, or readable below it',
    as: 'the contact or full fingerprint whose secret key signs',
    kind: 'detached, beside the data (the default); inline, around it; clear, below a text',
    binary: 'not as text',
    in: 'a file to read, in place of a pipe',
    out: 'the file to write; by default the standard output',
    force: 'replace the file to write if it exists',
    after:
      'The partner runs: gpg --verify report.pdf.sig report.pdf. Spaces at line ends are not signed by --kind clear.',
    noKind: 'Expected --kind detached, inline or clear',
  },
  {
    description: '为文件或管道内容签名：独立签名、内含签名，或附在文字之后的明文签名',
    as: '用其私钥签名的联系人或完整指纹',
    kind: 'detached，独立签名（默认）；inline，内含签名；clear，明文签名',
    binary: '不输出文本',
    in: '要读取的文件，代替管道',
    out: '要写入的文件；默认为标准输出',
    force: '要写入的文件已存在时替换它',
    after: '伙伴运行：gpg --verify report.pdf.sig report.pdf。--kind clear 不包括行尾空格。',
    noKind: '--kind 应为 detached、inline 或 clear',
  },
)
