import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { writeBytes } from './bytes.js'
import { parseReason } from './revoke.js'
import { addPassphraseOptions, openKeeper, type PassphraseOptions } from './ring-options.js'

interface RevocationOptions extends PassphraseOptions {
  readonly reason: string
  readonly comment?: string
  readonly out?: string
  readonly force?: boolean
}

export function revocationCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('revocation')
    .description(text.description)
    .argument('<fingerprint>', text.fingerprint)
    .requiredOption('--reason <reason>', text.reason)
    .option('--comment <text>', text.comment)
    .option('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
  return addPassphraseOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((fingerprint: string, options: RevocationOptions) => makeRevocation(terminal, fingerprint, options))
}

async function makeRevocation(terminal: Terminal, fingerprint: string, options: RevocationOptions): Promise<void> {
  const { comment, out, json = false } = options
  const reason = await parseReason(terminal, options.reason)
  const keeper = await openKeeper(terminal, options)
  const revocation = { reason, ...(comment === undefined ? {} : { comment }) }
  const certificate = await keeper.revocationCertificate(fingerprint, revocation)
  if (json && out === undefined) return print(terminal, { json }, { certificate }, () => '')
  await writeBytes(terminal, certificate, options)
  if (json) print(terminal, { json }, { file: out }, () => '')
}

const EXAMPLES = [
  'parasol gpg revocation 0123456789ABCDEF0123456789ABCDEF01234567 --reason compromised --out revoke.asc',
]

const texts = catalogue(
  {
    description: 'make a revocation certificate for the day on which a key is lost; the key goes on living',
    fingerprint: 'the full fingerprint of the key',
    reason: 'unspecified, superseded, compromised or retired',
    comment: 'for partners: it becomes public with the key',
    out: 'the file to write; by default the standard output',
    force: 'replace the file to write if it exists',
    after: 'Keep it elsewhere. To use it: parasol gpg import revoke.asc, then export the key to partners.',
  },
  {
    description: '生成吊销证书，以备密钥丢失之日；密钥继续有效',
    fingerprint: '密钥的完整指纹',
    reason: 'unspecified（未说明）、superseded（已被取代）、compromised（已泄露）或 retired（已停用）',
    comment: '写给伙伴的说明：随密钥公开',
    out: '要写入的文件；默认为标准输出',
    force: '要写入的文件已存在时替换它',
    after: '请另存他处。使用时：parasol gpg import revoke.asc，再把密钥导出给伙伴。',
  },
)
