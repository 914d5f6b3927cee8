import type { KeyRing, RingEntry } from '@parasol/backend-gpg'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatFacts, formatTable, print } from '../../print.js'
import { readWhole } from '../../read-whole.js'
import type { Terminal } from '../../terminal.js'
import { readBytes } from './bytes.js'
import { addRingOptions, openRing, type RingOptions, ringFolder } from './ring-options.js'

interface ImportOptions extends RingOptions {
  readonly dryRun?: boolean
}

export function importCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('import').description(text.description).argument('[files...]', text.files)
  return addRingOptions(command, terminal)
    .option('--dry-run', text.dryRun)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((files: readonly string[], options: ImportOptions) => importKeys(terminal, files, options))
}

async function importKeys(terminal: Terminal, files: readonly string[], options: ImportOptions): Promise<void> {
  const ring = options.dryRun ? await emptyRing() : await openRing(terminal, options)
  const inputs = files.length > 0 ? files : [undefined]
  const reports = []
  for (const file of inputs) {
    const bytes = file === undefined ? await readBytes(terminal) : await readWhole(file)
    reports.push(await ring.import(bytes))
  }
  const report = {
    added: reports.flatMap(({ added }) => added),
    updated: reports.flatMap(({ updated }) => updated),
    unchanged: reports.flatMap(({ unchanged }) => unchanged),
    skipped: reports.flatMap(({ skipped }) => skipped),
    unprotected: reports.flatMap(({ unprotected }) => unprotected),
    rivals: await rivalsAmong(
      terminal,
      options,
      reports.flatMap(({ added }) => added),
    ),
    ...(options.dryRun ? { keys: await ring.summaries() } : {}),
  }
  print(terminal, options, report, () => {
    const text = texts(terminal)
    if (report.keys) return formatTable(terminal, [text.fingerprint, text.userIds], report.keys.map(row))
    return formatFacts(terminal, {
      [text.added]: shownIf(report.added),
      [text.updated]: shownIf(report.updated),
      [text.unchanged]: shownIf(report.unchanged),
      [text.skipped]: shownIf(report.skipped.map(({ position, why }) => `${position}: ${why}`)),
      [text.unprotected]: shownIf(report.unprotected),
      [text.rivals]: shownIf(report.rivals.map(({ contact, pinned }) => text.keeps(contact, pinned))),
    })
  })
}

function row({ fingerprint, userIds }: RingEntry): readonly unknown[] {
  return [fingerprint, userIds]
}

async function emptyRing(): Promise<KeyRing> {
  const { KeyRing } = await import('@parasol/backend-gpg')
  return KeyRing.inMemory()
}

/** New keys that could be taken for those of contacts. */
async function rivalsAmong(terminal: Terminal, options: RingOptions, added: readonly string[]) {
  const { Contacts, findRivals } = await import('@parasol/backend-gpg')
  const contacts = await new Contacts(ringFolder(terminal, options)).list()
  if (added.length === 0 || Object.keys(contacts).length === 0) return []
  return findRivals(added, await (await openRing(terminal, options)).summaries(), contacts)
}

function shownIf(values: readonly string[]): readonly string[] | undefined {
  return values.length > 0 ? values : undefined
}

const EXAMPLES = [
  'parasol gpg import partner.asc',
  'parasol gpg import --dry-run partner.asc',
  'gpg --armor --export-secret-keys ops@example.com | parasol gpg import',
]

const texts = catalogue(
  {
    description: 'take keys and revocations of what gpg and others export into the ring; nothing is replaced',
    files: 'armored or binary, with any number of keys; or from a pipe',
    dryRun: 'show what is in there, and leave the ring as it is',
    fingerprint: 'fingerprint',
    userIds: 'user ids',
    after: 'What is imported is not trusted: compare the fingerprint, then parasol gpg contact add.',
    added: 'added',
    updated: 'updated',
    unchanged: 'unchanged',
    skipped: 'skipped',
    unprotected: 'without a passphrase',
    rivals: 'has the address of a contact',
    keeps: (contact: string, pinned: string) =>
      `${contact} keeps ${pinned}: ask them over another channel, and then use contact add --replace`,
  },
  {
    description: '把 gpg 等程序导出的密钥和吊销证书合并到钥匙环；不替换任何内容',
    files: '文本或二进制，可含多个密钥；也可从管道输入',
    dryRun: '只显示其中有什么，不改动钥匙环',
    fingerprint: '指纹',
    userIds: '用户标识',
    after: '导入不等于信任：请核对指纹，然后运行 parasol gpg contact add。',
    added: '新增',
    updated: '更新',
    unchanged: '未变',
    skipped: '跳过',
    unprotected: '没有口令',
    rivals: '与联系人地址相同',
    keeps: (contact, pinned) => `${contact} 仍用 ${pinned}：请通过其他渠道询问，再用 contact add --replace`,
  },
)
