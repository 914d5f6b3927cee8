import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export const program: string = fileURLToPath(new URL('../bin/parasol.js', import.meta.url))

/** A folder of its own, in which the real program runs. */
export class Workplace {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'parasol-cli-'))

  async parasol(
    args: readonly string[],
    input: string | Uint8Array = '',
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Ended> {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const code = new Promise<number | null>((resolve) => child.once('close', resolve))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { code: await code, stdout, stderr }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}
