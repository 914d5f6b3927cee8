import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { writeBytes } from './bytes.js'
import { addRingOptions, openKeeper, type RingOptions } from './ring-options.js'

interface ExportOptions extends RingOptions {
  readonly secret?: boolean
  readonly secretSubkeys?: boolean
  readonly out?: string
  readonly force?: boolean
}

export function exportCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('export')
    .description(text.description)
    .argument('<fingerprint>', text.fingerprint)
    .option('--secret', text.secret)
    .option('--secret-subkeys', text.subkeys)
    .option('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((fingerprint: string, options: ExportOptions) => exportKey(terminal, fingerprint, options))
}

async function exportKey(terminal: Terminal, fingerprint: string, options: ExportOptions): Promise<void> {
  const { secret = false, secretSubkeys = false, out, json = false } = options
  if (secret && secretSubkeys) throw new UsageError(texts(terminal).either)
  const keeper = await openKeeper(terminal, options)
  const key = await keeper.export(fingerprint, secret ? 'secretKey' : secretSubkeys ? 'secretSubkeys' : 'certificate')
  if (json && out === undefined) return print(terminal, { json }, { key }, () => '')
  await writeBytes(terminal, key, options)
  if (json) print(terminal, { json }, { file: out }, () => '')
}

const EXAMPLES = [
  'parasol gpg export 0123456789ABCDEF0123456789ABCDEF01234567 --out ops.asc',
  'parasol gpg export 0123456789ABCDEF0123456789ABCDEF01234567 --secret-subkeys --out server.key',
]

const texts = catalogue(
  {
    description: 'write a key of the ring as text, for partners or for another machine',
    fingerprint: 'the full fingerprint of the key',
    secret: 'the secret key, locked under its passphrase',
    subkeys: 'the secret key without its primary part, which stays here: it can change nothing',
    out: 'the file to write; by default the standard output',
    force: 'replace the file to write if it exists',
    either: '--secret or --secret-subkeys, not both',
  },
  {
    description: '把钥匙环中的密钥写成文本，交给伙伴或另一台机器',
    fingerprint: '密钥的完整指纹',
    secret: '私钥，仍由口令锁定',
    subkeys: '不含主密钥部分的私钥，主密钥留在本地：它不能改动密钥',
    out: '要写入的文件；默认为标准输出',
    force: '要写入的文件已存在时替换它',
    either: '--secret 与 --secret-subkeys 只能给一个',
  },
)
