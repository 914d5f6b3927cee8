import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WRAPPED_KEY_FIELD } from '@parasol/core'
import { readCsv } from './csv.js'
import { InputError, quoted } from './input-error.js'
import { methods } from './methods.js'
import { Needles } from './needles.js'
import type { Table } from './table.js'
import type { WorkingFolder } from './working-folder.js'

/**
 * Looks for the protected values in everything that was written: the encrypted columns, the messages, the KMS's store and
 * its log. Gives the number of values that were looked for.
 *
 * @throws InputError that names the file and the column, if one is found
 */
export async function searchPlaintext(folder: WorkingFolder, table: Table): Promise<number> {
  const needles = await Needles.of(table)
  const targets = methods.map(({ suffix }) => folder.encrypted(table.file, suffix))
  for (const path of targets.filter((target) => target.endsWith('.csv'))) {
    await search(path, needles, protectedText(path, table))
  }
  const messages = targets.filter((target) => target.endsWith('.gpg')).flatMap((target) => filesLike(target))
  const stored = (await readdir(folder.kmsStore)).map((name) => join(folder.kmsStore, name))
  for (const path of [...(await Promise.all(messages)).flat(), ...stored, folder.kmsLog, folder.config]) {
    await search(path, needles, createReadStream(path))
  }
  return needles.count
}

async function search(path: string, needles: Needles, content: AsyncIterable<Uint8Array>): Promise<void> {
  const column = await needles.findIn(content)
  if (column === undefined) return
  throw new InputError(`A value of column ${quoted(column)} stands in clear in ${JSON.stringify(path)}`)
}

/** The columns that are not protected are in clear on purpose, and may hold the same values. */
async function* protectedText(path: string, table: Table): AsyncGenerator<Uint8Array> {
  let positions: readonly number[] | undefined
  for await (const { cells } of readCsv(path)) {
    positions ??= [...table.fields, WRAPPED_KEY_FIELD].map((name) => cells.indexOf(name))
    yield Buffer.from(`${positions.map((position) => cells[position] ?? '').join('\n')}\n`)
  }
}

/** A file and the further parts that are called after it. */
async function filesLike(path: string): Promise<readonly string[]> {
  const names = await readdir(dirname(path))
  return names.map((name) => join(dirname(path), name)).filter((other) => other.startsWith(path))
}
