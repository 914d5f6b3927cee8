import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatTable, print } from '../../print.js'
import { readWhole } from '../../read-whole.js'
import type { Terminal } from '../../terminal.js'
import { pieces, whole, writeBytes } from './bytes.js'
import { fingerprintsOf } from './parties.js'
import { addRingOptions, openRing, type RingOptions } from './ring-options.js'

interface VerifyOptions extends RingOptions {
  readonly from: readonly string[]
  readonly signature?: string
  readonly in?: string
  readonly out?: string
  readonly force?: boolean
}

const collect = (name: string, former: readonly string[] | undefined): readonly string[] => [...(former ?? []), name]

export function verifyCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('verify')
    .description(text.description)
    .requiredOption('--from <contact>', text.from, collect)
    .option('--signature <file>', text.signature)
    .option('-i, --in <file>', text.in)
    .option('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: VerifyOptions) => verify(terminal, options))
}

async function verify(terminal: Terminal, options: VerifyOptions): Promise<void> {
  const text = texts(terminal)
  const ring = await openRing(terminal, options)
  const fingerprints = await fingerprintsOf(terminal, options, options.from, 'verify')
  const certificates = await Promise.all(fingerprints.map((digits) => ring.certificate(digits)))
  const { data, signatures } = await verifiedBy(terminal, options, certificates)
  if (signatures.length === 0) {
    const { CryptoError } = await import('@parasol/core')
    throw new CryptoError('DECRYPTION_FAILED', text.none, { reason: 'GPG_SIGNATURE_INVALID' })
  }
  const facts = signatures.map((each) => ({ ...each, signedAt: each.signedAt.toISOString() }))
  if (data && (options.out !== undefined || !options.json)) await writeBytes(terminal, data, options)
  if (data && !options.json) return
  print(terminal, options, { signatures: facts }, () =>
    formatTable(
      terminal,
      [text.signedAt, text.by],
      facts.map(({ signedAt, primary }) => [signedAt, primary]),
    ),
  )
}

type Certificates = readonly Awaited<ReturnType<Awaited<ReturnType<typeof openRing>>['certificate']>>[]

/** Of what is signed beside, only the signatures; of what is signed within, the data too. */
async function verifiedBy(terminal: Terminal, options: VerifyOptions, certificates: Certificates) {
  const { verifyDetachedStream, verifyInline } = await import('@parasol/backend-gpg/stateless')
  if (options.signature === undefined) return verifyInline(await whole(terminal, options.in), certificates)
  const signature = await readWhole(options.signature)
  return {
    data: undefined,
    signatures: await verifyDetachedStream(pieces(terminal, options.in), signature, certificates),
  }
}

const EXAMPLES = [
  'parasol gpg verify --from acme --signature report.pdf.sig --in report.pdf',
  'parasol gpg verify --from acme < letter.asc > letter.txt',
]

const texts = catalogue(
  {
    description: 'verify that contacts signed a file, or a signed text, whose data then comes out',
    from: 'who should have signed: a contact or a full fingerprint; repeatable, one of them is enough',
    signature: 'the file of a signature that stands beside its data',
    in: 'a file to read, in place of a pipe',
    out: 'the file to write what was signed to; by default the standard output',
    force: 'replace the file to write if it exists',
    after: 'Ends with 4 if there is no valid signature by them.',
    none: 'No valid signature by any of those',
    signedAt: 'signed',
    by: 'by',
  },
  {
    description: '验证联系人是否为文件签了名；若是含签名的文本，则输出其内容',
    from: '应由谁签名：联系人或完整指纹；可重复，有一个即可',
    signature: '独立签名的文件',
    in: '要读取的文件，代替管道',
    out: '要写入被签内容的文件；默认为标准输出',
    force: '要写入的文件已存在时替换它',
    after: '没有他们的有效签名时，以 4 结束。',
    none: '没有他们之中任何人的有效签名',
    signedAt: '签名时间',
    by: '签名者',
  },
)
