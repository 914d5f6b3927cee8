import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
}

/** A folder of its own. Disposal removes it, and so does the end of this process if it comes first. */
export async function temporaryFolder(parent: string = tmpdir(), prefix = 'parasol-bench-'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(parent, prefix))
  const removeNow = (): void => rmSync(path, { recursive: true, force: true })
  process.once('exit', removeNow)
  return {
    path,
    async [Symbol.asyncDispose]() {
      process.off('exit', removeNow)
      await rm(path, { recursive: true, force: true })
    },
  }
}
