import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hashApiKey } from '@parasol/service'
import { afterAll } from 'vitest'
import { configurationOf } from './configuration.js'
import { key } from './fixture.js'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
/** The program is what is built, as Node does not read TypeScript everywhere. */
export const isBuilt: boolean = existsSync(main)

export function hasTool(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const root = mkdtempSync(join(tmpdir(), 'parasol-service-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder with a configuration whose service knows the caller "crm". */
export function configured(): string {
  const folder = mkdtempSync(join(root, 'run-'))
  writeFileSync(
    join(folder, 'parasol.yaml'),
    configurationOf(`  port: 0
  callers:
    crm: { keyHashes: [${hashApiKey(key)}], useCases: [customer], operations: [encrypt, decrypt] }
  backupLog: { folder: ./backup }
  auditLog: { folder: ./audit }
`),
  )
  return folder
}

/** The program in a process of its own, in a folder; what it writes is kept. */
export class Program {
  readonly child: ChildProcess
  output = ''

  constructor(args: readonly string[], cwd: string) {
    this.child = spawn(process.execPath, [main, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk
      })
    }
  }

  /** Resolves when it listens. */
  async listening(): Promise<{ url: string }> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const [, url] = /"url":"([^"]+)"/.exec(this.output) ?? []
        if (url !== undefined) resolve({ url })
      }
      this.child.stdout?.on('data', look)
      this.child.once('exit', () => reject(new Error(`It ended: ${this.output}`)))
    })
  }

  /** Resolves when it has written a text. */
  async says(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`It ended: ${this.output}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode
    return new Promise((resolve) => this.child.once('close', resolve))
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal)
    return this.ended()
  }
}
