import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'

const MIB = 2 ** 20
const SHARED_MEMORY = '/dev/shm'

/** A folder for files of so much in all, in memory where there is enough, so that no disk takes part. Disposal removes it. */
export function memoryFolder(mebibytes: number): Promise<TemporaryFolder> {
  const inMemory = existsSync(SHARED_MEMORY) && freemem() > 2 * mebibytes * MIB
  return temporaryFolder(inMemory ? SHARED_MEMORY : tmpdir())
}

export async function writeRandomFile(path: string, mebibytes: number): Promise<void> {
  await using file = await open(path, 'w')
  for (let written = 0; written < mebibytes; written++) await file.write(randomBytes(MIB))
}
