import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { writeFileAtomic } from '@parasol/core/files'
import { readParts } from './file-parts.js'
import type { Outcome, Task } from './methods.js'

/**
 * Encrypts the whole file, all its columns, byte for byte, as a partner wants it: one message, or for a file that is
 * larger than a message takes several, which he decrypts and joins.
 */
export async function protectFile({ cipher, table, target, progress, signal }: Task): Promise<Outcome> {
  let bytes = 0
  let number = 0
  for await (const { content, last } of readParts(table.file)) {
    number++
    const message = await cipher.encryptBytes(content, partContext(table.file, number, last), { signal })
    await writeFileAtomic(partPath(target, number), message)
    bytes += message.length
    progress.advance(last ? table.rows - progress.done : 0)
  }
  await removeFurtherParts(target, number)
  return { bytes, cells: table.rows * table.columns.length }
}

/** A larger file may have stood here before. */
async function removeFurtherParts(target: string, last: number): Promise<void> {
  for (let number = last + 1; existsSync(partPath(target, number)); number++) await rm(partPath(target, number))
}

/** Parts can be neither exchanged, nor can the last be left out. */
export function partContext(file: string, part: number, last: boolean): Readonly<Record<string, string>> {
  return { file: basename(file), part: String(part), last: String(last) }
}

/** `customers.csv.gpg`, `customers.csv.gpg.2` */
export function partPath(target: string, number: number): string {
  return number === 1 ? target : `${target}.${number}`
}
