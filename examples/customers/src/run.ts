import { openCrypto } from '@parasol/config'
import { number, rowCount } from './format.js'
import { ensureGpgKeys } from './gpg-keys.js'
import { quoted } from './input-error.js'
import { KmsProcess } from './kms-process.js'
import { type Method, methods, type Outcome } from './methods.js'
import { Progress } from './progress.js'
import { type Measurement, nextSteps, report } from './report.js'
import { runReadBack } from './run-read-back.js'
import { searchPlaintext } from './search.js'
import type { Table } from './table.js'
import { WorkingFolder } from './working-folder.js'
import { type UseCaseName, writeConfig } from './write-config.js'

/**
 * The demo, step by step; without a table it reads back what a former run protected. The signal ends it early: everything
 * is then closed, and no file is half-written.
 */
export async function run(out: string, table: Table | undefined, interrupted: AbortSignal): Promise<void> {
  const folder = await WorkingFolder.open(out)
  const former = table ?? (await folder.readTable())
  await using kms = await KmsProcess.start(folder)
  const signal = AbortSignal.any([interrupted, kms.ended])
  try {
    await prepare(folder, kms)
    if (table) await protectAndCompare(folder, kms, table, signal)
    else await check(folder, former, signal)
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
}

async function prepare(folder: WorkingFolder, kms: KmsProcess): Promise<void> {
  const parties = await ensureGpgKeys(folder)
  await writeConfig(folder, kms.endpoint, parties)
  console.log(`A local KMS listens on ${kms.endpoint} (process ${kms.pid}); ${folder.config} points at it`)
}

async function protectAndCompare(
  folder: WorkingFolder,
  kms: KmsProcess,
  table: Table,
  signal: AbortSignal,
): Promise<void> {
  console.log(`Protecting ${table.fields.map(quoted).join(', ')} of ${rowCount(table.rows)}`)
  await folder.writeTable(table)
  const measurements: Measurement[] = []
  for (const method of methods) measurements.push(await measure(method, folder, kms, table, signal))
  const searched = await searchPlaintext(folder, table)
  console.log(`Read back by other processes, every value equal to the original. None of ${number(searched)} values`)
  console.log('of 9 bytes or more was found in the encrypted files, the KMS store or its log.\n')
  console.log(`${report(table, measurements)}\n\n${nextSteps(folder)}`)
}

async function measure(
  method: Method,
  folder: WorkingFolder,
  kms: KmsProcess,
  table: Table,
  signal: AbortSignal,
): Promise<Measurement> {
  const before = await kms.calls()
  const { encryptMs, ...outcome } = await protect(method, folder, table, signal)
  const between = await kms.calls()
  const decryptMs = await runReadBack(folder, method.scheme, signal)
  const after = await kms.calls()
  return { method, ...outcome, encryptMs, decryptMs, encryptCalls: between - before, decryptCalls: after - between }
}

async function protect(
  { scheme, useCase, suffix, protect: work }: Method,
  folder: WorkingFolder,
  table: Table,
  signal: AbortSignal,
): Promise<Outcome & { readonly encryptMs: number }> {
  await using crypto = await openCrypto<UseCaseName>(folder.config)
  const progress = new Progress(`  ${scheme} encrypted`, table.rows)
  const cipher = crypto.router.for(useCase)
  const outcome = await work({ cipher, table, target: folder.encrypted(table.file, suffix), progress, signal })
  return { ...outcome, encryptMs: progress.finish() }
}

async function check(folder: WorkingFolder, table: Table, signal: AbortSignal): Promise<void> {
  for (const { scheme } of methods) await runReadBack(folder, scheme, signal)
  console.log(`Every value of ${rowCount(table.rows)} is equal to the original`)
}
