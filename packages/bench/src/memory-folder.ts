import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

const MIB = 2 ** 20
const SHARED_MEMORY = '/dev/shm'

/** A folder for files of so much in all, in memory where there is enough, so that no disk takes part. Disposal removes it. */
export async function memoryFolder(mebibytes: number): Promise<{ readonly path: string } & AsyncDisposable> {
  const inMemory = existsSync(SHARED_MEMORY) && freemem() > 2 * mebibytes * MIB
  const path = await mkdtemp(join(inMemory ? SHARED_MEMORY : tmpdir(), 'parasol-bench-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export async function writeRandomFile(path: string, mebibytes: number): Promise<void> {
  await using file = await open(path, 'w')
  for (let written = 0; written < mebibytes; written++) await file.write(randomBytes(MIB))
}
