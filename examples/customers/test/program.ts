import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder for one test, and the demo as users start it: the built program in a process of its own. */
export class Workplace implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'parasol-demo-'))

  path(...names: readonly string[]): string {
    return join(this.folder, ...names)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  get out(): string {
    return this.path('out')
  }

  /** Runs the demo with its working folder here. */
  demo(...args: readonly string[]): Promise<Ended> {
    return this.program('main.js', ...args, '--out', this.out)
  }

  program(name: string, ...args: readonly string[]): Promise<Ended> {
    return ending(this.start(name, ...args))
  }

  start(name: string, ...args: readonly string[]): ChildProcess {
    const path = fileURLToPath(new URL(`../dist/${name}`, import.meta.url))
    const { INIT_CWD: _, ...env } = process.env
    return spawn(process.execPath, [path, ...args], { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export async function ending(child: ChildProcess): Promise<Ended> {
  if (!child.stdout || !child.stderr) throw new Error('started without pipes')
  const code = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}
