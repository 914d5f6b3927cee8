import type { ExportKind, KeyKeeper } from '@parasol/backend-gpg'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { writeBytes } from './bytes.js'
import { fingerprintsOf } from './parties.js'
import { addRingOptions, openKeeper, openRing, type RingOptions } from './ring-options.js'

interface ExportOptions extends RingOptions {
  readonly all?: boolean
  readonly secret?: boolean
  readonly secretSubkeys?: boolean
  readonly binary?: boolean
  readonly out?: string
  readonly force?: boolean
}

export function exportCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('export')
    .description(text.description)
    .argument('[keys...]', text.keys)
    .option('--all', text.all)
    .option('--secret', text.secret)
    .option('--secret-subkeys', text.subkeys)
    .option('--binary', text.binary)
    .option('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((keys: readonly string[], options: ExportOptions) => exportKeys(terminal, keys, options))
}

async function exportKeys(terminal: Terminal, keys: readonly string[], options: ExportOptions): Promise<void> {
  const { all = false, secret = false, secretSubkeys = false, binary = false, out, json = false } = options
  if (secret && secretSubkeys) throw new UsageError(texts(terminal).either)
  if (all === keys.length > 0) throw new UsageError(texts(terminal).whose)
  if (binary && json && out === undefined) throw new UsageError(texts(terminal).binaryToJson)
  const kind = secret ? 'secretKey' : secretSubkeys ? 'secretSubkeys' : 'certificate'
  const chosen = all ? await allOf(terminal, options, kind) : await fingerprintsOf(terminal, options, keys, 'verify')
  const exported = await together(await openKeeper(terminal, options), chosen, kind, binary)
  if (json && out === undefined) return print(terminal, { json }, { key: exported.toString() }, () => '')
  await writeBytes(terminal, exported, options)
  if (json) print(terminal, { json }, { file: out }, () => '')
}

async function allOf(terminal: Terminal, options: ExportOptions, kind: ExportKind): Promise<readonly string[]> {
  const summaries = await (await openRing(terminal, options)).summaries()
  return summaries.filter(({ secret }) => secret || kind === 'certificate').map(({ fingerprint }) => fingerprint)
}

/** One after the other: every program reads that. */
async function together(
  keeper: KeyKeeper,
  fingerprints: readonly string[],
  kind: ExportKind,
  binary: boolean,
): Promise<Buffer> {
  const { dearmorData } = await import('@parasol/backend-gpg/stateless')
  const pieces: Uint8Array[] = []
  for (const fingerprint of fingerprints) {
    const text = Buffer.from(await keeper.export(fingerprint, kind))
    pieces.push(binary ? await dearmorData(text) : text)
  }
  return Buffer.concat(pieces)
}

const EXAMPLES = [
  'parasol gpg export 0123456789ABCDEF0123456789ABCDEF01234567 --out ops.asc',
  'parasol gpg export 0123456789ABCDEF0123456789ABCDEF01234567 --secret-subkeys --out server.key',
  'parasol gpg export --all --binary --out ring.pgp',
]

const texts = catalogue(
  {
    description: 'write keys of the ring as text, for partners or for another machine',
    keys: 'full fingerprints, or contacts',
    all: 'every key of the ring',
    secret: 'the secret keys, locked under their passphrases',
    subkeys: 'the secret keys without their primary parts, which stay here: they can change nothing',
    binary: 'not as text',
    out: 'the file to write; by default the standard output',
    force: 'replace the file to write if it exists',
    either: '--secret or --secret-subkeys, not both',
    whose: 'Say which keys, or else --all',
    binaryToJson: '--binary and --json need a file as --out',
  },
  {
    description: '把钥匙环中的密钥写成文本，交给伙伴或另一台机器',
    keys: '完整指纹，或联系人',
    all: '钥匙环中的所有密钥',
    secret: '私钥，仍由口令锁定',
    subkeys: '不含主密钥部分的私钥，主密钥留在本地：它们不能改动密钥',
    binary: '不输出文本',
    out: '要写入的文件；默认为标准输出',
    force: '要写入的文件已存在时替换它',
    either: '--secret 与 --secret-subkeys 只能给一个',
    whose: '请说明哪些密钥，否则用 --all',
    binaryToJson: '--binary 与 --json 同用时，--out 必须是文件',
  },
)
