import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { filesOf } from '../../options.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { readBytes } from './bytes.js'
import { addExchangeOptions, type ExchangeOptions, exchangeFiles, openProvider, passwordOf } from './exchange.js'
import { openRing } from './ring-options.js'

interface DecryptOptions extends ExchangeOptions {
  readonly from: readonly string[]
  readonly as: readonly string[]
  readonly unsigned?: boolean
}

const collect = (name: string, former: readonly string[]): readonly string[] => [...former, name]

export function decryptCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('decrypt')
    .description(text.description)
    .option('--from <contact>', text.from, collect, [])
    .option('--as <contact>', text.as, collect, [])
    .option('--unsigned', text.unsigned)
  return addExchangeOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: DecryptOptions) => decrypt(terminal, options))
}

async function decrypt(terminal: Terminal, options: DecryptOptions): Promise<void> {
  const { from, as, unsigned = false } = options
  if ((from.length === 0) !== unsigned) throw new UsageError(texts(terminal).nobody)
  const own = as.length > 0 ? as : await ownKeys(terminal, options)
  const verify = from.length > 0 ? { verify: from } : { allowUnsigned: true }
  using provider = await openProvider(terminal, options, { recipients: own, decryptWith: own, ...verify })
  const files = filesOf(terminal, options, undefined)
  if (files) return await exchangeFiles(terminal, provider, files, options, 'decrypt')
  const plaintext = Buffer.from(await provider.decrypt(await readBytes(terminal), {}, { signal: terminal.signal }))
  if (options.json) print(terminal, options, { base64: plaintext.toString('base64') }, () => '')
  else terminal.stdout.write(plaintext)
}

/** All keys whose secret part is in the ring. */
async function ownKeys(terminal: Terminal, options: DecryptOptions): Promise<readonly string[]> {
  const summaries = await (await openRing(terminal, options)).summaries()
  const own = summaries.filter(({ secret }) => secret).map(({ fingerprint }) => fingerprint)
  if (own.length > 0 || passwordOf(terminal, options) !== undefined) return own
  const { CryptoError } = await import('@parasol/core')
  throw new CryptoError('KEY_NOT_FOUND', texts(terminal).noKeys, { reason: 'GPG_SECRET_KEY_NOT_FOUND' })
}

const EXAMPLES = [
  'parasol gpg decrypt --from acme --in report.pdf.gpg --out report.pdf',
  'parasol gpg decrypt --from acme --passphrase-env OPS_PASSPHRASE < message.asc',
  'parasol gpg decrypt --from acme --in photos.tar.gpg --out - | tar x',
  'parasol gpg decrypt --unsigned --password-env SHARED --in report.pdf.gpg --out report.pdf',
]

const texts = catalogue(
  {
    description: 'decrypt a file that contacts signed; or a pipe. Nothing comes out before all of it is verified',
    from: 'whose signature is demanded: a contact or a full fingerprint; repeatable',
    as: 'whose secret key decrypts; by default all of the ring',
    unsigned: 'also without a signature: it may be by anybody',
    after: 'Ends with 4 if it cannot be decrypted, was changed, or is not signed by those.',
    nobody: 'Say whose signature it must have (--from NAME), or else --unsigned',
    noKeys: 'The key ring has no secret key: import one, or generate it',
  },
  {
    description: '解密由联系人签名的文件；或管道内容。全部验证之后才有输出',
    from: '要求谁的签名：联系人或完整指纹；可重复',
    as: '用谁的私钥解密；默认为钥匙环中的全部',
    unsigned: '没有签名也解密：可能是任何人写的',
    after: '不能解密、被改动过或不是由他们签名时，以 4 结束。',
    nobody: '请用 --from 名字 说明要求谁的签名，否则用 --unsigned',
    noKeys: '钥匙环中没有私钥：请导入或新建',
  },
)
