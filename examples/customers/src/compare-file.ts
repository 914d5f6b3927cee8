import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { atLine } from './failure.js'
import { readParts } from './file-parts.js'
import { InputError } from './input-error.js'
import type { Task } from './methods.js'
import { partContext, partPath } from './protect-file.js'

/** Decrypts the messages of a file and compares them with the original byte for byte. */
export async function compareFile({ cipher, table, target, progress, signal }: Task): Promise<void> {
  let number = 0
  for await (const { content, last } of readParts(table.file)) {
    number++
    const path = partPath(target, number)
    const context = partContext(table.file, number, last)
    const message = await readPart(path)
    const plaintext = await atLine(path, 1, () => cipher.decryptBytes(message, context, { signal }))
    if (Buffer.compare(plaintext, content) !== 0) {
      throw new InputError(
        `${JSON.stringify(path)} does not hold what ${JSON.stringify(basename(table.file))} holds now`,
      )
    }
    progress.advance(last ? table.rows - progress.done : 0)
  }
}

async function readPart(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${JSON.stringify(path)} cannot be read (${error.code})`)
  })
}
