import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder that only its owner may enter, and those above it that are missing; one that is there stays as it is.
 * Rejects with the system's error.
 *
 * Node's own `recursive` never ends where the system denies that the parent of a new folder is there, as in /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path)
  if (parent !== path && (await isMissing(parent))) await makeFolder(parent)
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (!(await isFolder(path))) throw error
  }
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  )
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}
