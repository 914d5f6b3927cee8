import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { addJsonOption } from '../../options.js'
import { formatFacts, print } from '../../print.js'
import { readWhole } from '../../read-whole.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'

interface InitOptions {
  readonly officer: readonly string[]
  readonly out: string
  readonly force?: boolean
  readonly oneOfficer?: boolean
  readonly json?: boolean
}

/** Makes a recovery key. Its secret half leaves this process only as an OpenPGP message. */
export function initCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('init')
    .description(text.description)
    .requiredOption('--officer <certificate>', text.officer, gather)
    .requiredOption('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
    .option('--one-officer', text.oneOfficer)
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: InitOptions) => init(terminal, options))
}

async function init(terminal: Terminal, options: InitOptions): Promise<void> {
  const { RecoveryKey, withRecoveryText } = await import('@parasol/backend-envelope')
  const { writeFileAtomic } = await import('@parasol/core/files')
  const { gpg, officers } = await officersOf(options.officer)
  if (officers.length < 2 && !options.oneOfficer) throw new UsageError(texts(terminal).several)
  using key = await RecoveryKey.generate()
  const message = await withRecoveryText(key, (text) => gpg.encrypt(text, {}, { signal: terminal.signal }))
  await writeFileAtomic(options.out, message, { overwrite: options.force ?? false })
  const facts = { recoveryKey: key.id, publicKey: key.publicKey.toString(), officers, file: options.out }
  print(terminal, options, facts, () => `${formatFacts(terminal, facts)}\n${texts(terminal).next(facts.publicKey)}\n`)
}

async function officersOf(paths: readonly string[]) {
  const { GpgProvider, KeyRing } = await import('@parasol/backend-gpg')
  const keyRing = KeyRing.inMemory()
  const officers: string[] = []
  for (const path of paths) {
    const { added } = await keyRing.import(await readWhole(path))
    officers.push(...added)
  }
  const gpg = new GpgProvider({ keyRing, recipients: officers, allowUnsigned: true, armor: true })
  return { gpg, officers }
}

function gather(path: string, former: readonly string[] = []): readonly string[] {
  return [...former, path]
}

const EXAMPLES = ['parasol recovery init --officer wang.asc --officer li.asc --out recovery.asc']

const texts = catalogue(
  {
    description: 'make a recovery key: the public half is printed, the secret one becomes a message to the officers',
    officer:
      'the OpenPGP certificate of an officer, each of whom can open the message; repeatable, and there are several',
    out: 'the message to write; keep it with the backups, and copies apart from them',
    force: 'replace the file if it exists: whoever has no copy of the former message loses its key',
    oneOfficer: 'for one officer alone, with whose key all is lost',
    after: 'The secret half is never on a disk in clear. Afterwards: parasol recovery drill, by each officer.',
    several: 'Expected several officers, so that all is not lost with the key of one; or else --one-officer',
    next: (publicKey: string) =>
      `Add it to the scheme in parasol.yaml, then let each officer run "parasol recovery drill":\n\n    recovery: [{ publicKey: '${publicKey}' }]`,
  },
  {
    description: '制作恢复密钥：公开部分打印出来，私密部分成为给保管人的 OpenPGP 消息',
    officer: '一位保管人的 OpenPGP 证书，每位都能打开该消息；可重复，应有多位',
    out: '要写出的消息文件；与备份一起保存，并另存副本',
    force: '文件已存在时替换它：没有旧消息副本的人将失去旧密钥',
    oneOfficer: '只有一位保管人，其密钥丢失则全部丢失',
    after: '私密部分不会以明文写入磁盘。之后请每位保管人运行 parasol recovery drill。',
    several: '应有多位保管人，以免一人的密钥丢失就全部丢失；否则请用 --one-officer',
    next: (publicKey) =>
      `请加入 parasol.yaml 的方案中，然后请每位保管人运行 "parasol recovery drill"：\n\n    recovery: [{ publicKey: '${publicKey}' }]`,
  },
)
