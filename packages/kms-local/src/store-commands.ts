import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { CryptoError } from '@parasol/core'
import { guardIo, writeFileAtomic } from '@parasol/core/files'
import { archive } from './archive.js'
import { AuditReader } from './audit-reader.js'
import { backUp } from './back-up.js'
import { type BackupSeal, passphraseSeal } from './backup-seal.js'
import { drill } from './drill.js'
import { KeyStore } from './key-store.js'
import { restore } from './restore.js'
import type { RootKeySource } from './root-key.js'
import { requireStore, say } from './serve.js'
import { rootKeyOf, UsageError } from './serve-arguments.js'

type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

interface Invocation {
  readonly operands: readonly string[]
  readonly options: Options
  readonly environment: NodeJS.ProcessEnv
}

interface StoreCommand {
  /** Names of what stands after the command. */
  readonly operands: readonly string[]
  /** `many` may be repeated. */
  readonly options: Readonly<Record<string, 'text' | 'flag' | 'many'>>
  run(invocation: Invocation): Promise<void>
}

/** What is done to a store beside serving it. Each prints one line of JSON, but for `audit search`, which prints many. */
const storeCommands: Readonly<Record<string, StoreCommand>> = {
  backup: { operands: ['STORE'], options: { to: 'text', key: 'many', salvage: 'flag' }, run: runBackup },
  restore: { operands: ['STORE'], options: { from: 'text', overwrite: 'flag' }, run: runRestore },
  drill: { operands: ['FILE'], options: {}, run: runDrill },
  archive: { operands: ['STORE', 'KEY_ID'], options: { to: 'text' }, run: runArchive },
  rekey: { operands: ['STORE'], options: { 'new-key-file': 'text' }, run: runRekey },
  'audit verify': { operands: ['STORE'], options: { head: 'text' }, run: runAuditVerify },
  'audit search': {
    operands: ['STORE'],
    options: { key: 'text', user: 'text', operation: 'text', outcome: 'text', since: 'text', until: 'text' },
    run: runAuditSearch,
  },
}

export const STORE_USAGE: string = `
Commands on a store; "backup", "drill" and "audit" also while it is served:

  parasol-kms backup STORE --to FILE [--key ALIAS]... [--salvage]
                        seals everything, or some keys with their aliases, to a new FILE, by PARASOL_KMS_BACKUP_PASSPHRASE;
                        --salvage: what is sound of a damaged store
  parasol-kms restore STORE --from FILE [--overwrite]
                        puts what is missing into a store, new or not, and says what differs; --overwrite replaces that too
  parasol-kms drill FILE
                        proves that a backup opens, and that each version of each key decrypts
  parasol-kms archive STORE KEY_ID --to FILE
                        moves a disabled key out of the store into a new FILE; "restore" brings it back
  parasol-kms rekey STORE [--new-key-file FILE]
                        seals the store under another key file, or the passphrase in PARASOL_KMS_NEW_PASSPHRASE
  parasol-kms audit verify STORE [--head FILE]
                        follows the audit log; --head: a copy of STORE/audit.head that was kept elsewhere
  parasol-kms audit search STORE [--key KEY] [--user WHO] [--operation NAME] [--outcome ok|refused|CODE]
                        [--since TIME] [--until TIME]
                        prints the events that fit, one a line
`

/** Runs the command that the arguments name; false if they name none of these. @throws UsageError, CryptoError */
export async function runStoreCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<boolean> {
  const words = args[0] === 'audit' ? 2 : 1
  const name = args.slice(0, words).join(' ')
  const command = Object.hasOwn(storeCommands, name) ? storeCommands[name] : undefined
  if (!command) return false
  const { values, positionals } = parse(command, args.slice(words))
  if (positionals.length !== command.operands.length) {
    throw new UsageError(`Expected ${command.operands.join(' and ')} after "${name}"`)
  }
  await command.run({ operands: positionals, options: values, environment })
  return true
}

function parse({ options }: StoreCommand, args: readonly string[]) {
  const entries = Object.entries(options).map(([name, kind]) => [
    name,
    { type: kind === 'flag' ? 'boolean' : 'string', multiple: kind === 'many' } as const,
  ])
  try {
    const known = { ...Object.fromEntries(entries), 'key-file': { type: 'string' } } as const
    return parseArgs({ args: [...args], allowPositionals: true, options: known }) as {
      values: Options
      positionals: string[]
    }
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

async function runBackup(invocation: Invocation): Promise<void> {
  const { options } = invocation
  const to = required(options, 'to')
  const keys = options['key'] as readonly string[] | undefined
  const store = { folder: await storeOf(invocation), rootKey: rootKey(invocation), seal: sealOf(invocation) }
  const { file, ...facts } = await backUp({
    ...store,
    salvage: options['salvage'] === true,
    ...(keys ? { keys } : {}),
  })
  await writeFileAtomic(to, file, { overwrite: false })
  sayJson({ file: to, ...facts })
}

async function runRestore(invocation: Invocation): Promise<void> {
  const { operands, options } = invocation
  const file = await read(required(options, 'from'))
  await using store = await KeyStore.open({ folder: String(operands[0]), rootKey: rootKey(invocation) })
  sayJson(await restore(store, file, sealOf(invocation), { overwrite: options['overwrite'] === true }))
}

async function runDrill(invocation: Invocation): Promise<void> {
  const report = await drill(await read(String(invocation.operands[0])), sealOf(invocation))
  sayJson(report)
  if (report.failed.length > 0) throw new CryptoError('STORE_DAMAGED', 'The backup does not restore everything')
}

async function runArchive(invocation: Invocation): Promise<void> {
  const { operands, options } = invocation
  const to = required(options, 'to')
  const root = { folder: await storeOf(invocation), rootKey: rootKey(invocation) }
  await using store = await KeyStore.open(root)
  await archive(store, { ...root, seal: sealOf(invocation), keyId: String(operands[1]), to })
  sayJson({ archived: operands[1], file: to })
}

async function runRekey(invocation: Invocation): Promise<void> {
  const { options, environment } = invocation
  const file = options['new-key-file'] as string | undefined
  const source = rootKeyOf(file, environment['PARASOL_KMS_NEW_PASSPHRASE'], {
    file: '--new-key-file',
    variable: 'PARASOL_KMS_NEW_PASSPHRASE',
  })
  await using store = await KeyStore.open({ folder: await storeOf(invocation), rootKey: rootKey(invocation) })
  await store.changeRootKey(source)
  sayJson({ rekeyed: invocation.operands[0], opensBy: file ?? 'passphrase' })
}

async function runAuditVerify(invocation: Invocation): Promise<void> {
  const path = invocation.options['head'] as string | undefined
  using reader = await AuditReader.open(await storeOf(invocation), rootKey(invocation))
  const head = path === undefined ? {} : { head: (await read(path)).toString('utf8') }
  sayJson(await reader.verify(head))
}

async function runAuditSearch(invocation: Invocation): Promise<void> {
  const { key, user, operation, outcome, since, until } = invocation.options as Record<string, string | undefined>
  using reader = await AuditReader.open(await storeOf(invocation), rootKey(invocation))
  const times = { from: timeOf(since), to: timeOf(until) }
  for await (const event of reader.search({ key, user, operation, outcome, ...times })) sayJson(event)
}

function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new UsageError('Expected a time, such as 2030-01-31T12:00:00Z')
  return time
}

async function storeOf({ operands }: Invocation): Promise<string> {
  await requireStore(String(operands[0]))
  return String(operands[0])
}

function rootKey({ options, environment }: Invocation): RootKeySource {
  return rootKeyOf(options['key-file'] as string | undefined, environment['PARASOL_KMS_PASSPHRASE'])
}

function sealOf({ environment }: Invocation): BackupSeal {
  const passphrase = environment['PARASOL_KMS_BACKUP_PASSPHRASE']
  if (passphrase) return passphraseSeal(() => passphrase)
  throw new UsageError('Expected the passphrase of the backup in PARASOL_KMS_BACKUP_PASSPHRASE')
}

function required(options: Options, name: string): string {
  const value = options[name]
  if (typeof value === 'string') return value
  throw new UsageError(`Expected --${name} FILE`)
}

function read(path: string): Promise<Buffer> {
  return guardIo(path, () => readFile(path), 'read')
}

function sayJson(value: object): void {
  say(JSON.stringify(value))
}
