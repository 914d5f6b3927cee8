import { type FileHandle, link, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '@parasol/core/files'

const CHUNK = Buffer.alloc(64 * 1024)

/** Keeps a name for the file that is about to be replaced, so that it can be overwritten after that, by a restart too. */
export async function keepForErasure(path: string): Promise<void> {
  await eraseFormer(path)
  await link(path, formerOf(path))
}

/**
 * Overwrites the file that was replaced, if it is still there, with zeros, and removes it. Where somebody made a further
 * hard link to it, it is somebody's backup and left alone.
 */
export async function eraseFormer(path: string): Promise<void> {
  const former = formerOf(path)
  const found = await stat(former).catch(() => undefined)
  if (!found) return
  const current = await stat(path).catch(() => undefined)
  if (current?.ino !== found.ino && found.nlink === 1) await overwrite(former, found.size)
  await rm(former, { force: true })
  await syncDirectory(dirname(path))
}

async function overwrite(path: string, size: number): Promise<void> {
  const handle: FileHandle = await open(path, 'r+')
  try {
    for (let offset = 0; offset < size; offset += CHUNK.length) {
      await handle.write(CHUNK, 0, Math.min(CHUNK.length, size - offset), offset)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function formerOf(path: string): string {
  return `${path}.former`
}
