import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BackupLog, Caller } from '@parasol/service'

/** The files of a log's folder, as bytes. */
export type Files = ReadonlyMap<string, Buffer>

const caller: Caller = { name: 'proof', keyHashes: [], useCases: ['customer'], operations: ['encrypt'] }

/** Adds backups to a log, all at once, so that they go to the disk in one write. */
export async function addBackups(log: BackupLog, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => from + index)
  await Promise.all(
    numbers.map((number) => {
      const call = { id: `request-${number}`, caller, useCase: 'customer', operation: 'encrypt' } as const
      const record = { phone: `enc1.envelope.${'p'.repeat(20)}${number}`, kms_encrypt_key: `enc1.envelope.k${number}` }
      return log.append(call, { row: String(number) }, JSON.stringify(record))
    }),
  )
}

export function readFiles(folder: string): Files {
  const names = readdirSync(folder).filter((name) => name !== 'lock')
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]))
}

/** Makes the folder hold these files and no others. */
export function writeFiles(folder: string, files: Files): void {
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name))
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
}

export function segmentsOf(files: Files): readonly string[] {
  return [...files.keys()].filter((name) => name.endsWith('.log')).sort()
}

export function changed(files: Files, name: string, bytes: Buffer): Files {
  return new Map([...files, [name, bytes]])
}
