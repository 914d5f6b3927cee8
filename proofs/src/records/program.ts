import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const PARASOL = join(dirname(createRequire(import.meta.url).resolve('@parasol/cli/package.json')), 'bin', 'parasol.js')

const CONFIG = `version: 1
kms: { main: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol] } }
schemes: { envelope: { kms: main, keyId: alias/parasol, dataKeys: { reuse: {} } } }
useCases: { customer: { scheme: envelope } }
`

export interface Ended {
  readonly code: number | null
  /** The most memory that the program had, where the system tells. */
  readonly memoryMiB: number
}

/** `parasol records` in a folder of its own, with a configuration and rows. */
export class RecordsProgram {
  readonly #folder: string

  constructor(folder: string, rows: number) {
    this.#folder = folder
    writeFileSync(join(folder, 'parasol.yaml'), CONFIG)
    const lines = Array.from({ length: rows }, (_, id) => `${id},"name, of ${id}",138${id},1101051949${id}\n`)
    writeFileSync(join(folder, 'plain.csv'), `id,name,phone,idCard\n${lines.join('')}`)
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name))
  }

  encrypt(source: string, target: string): ChildProcess {
    return this.#run(['encrypt', source, '-F', 'phone,idCard', '-o', target])
  }

  decrypt(source: string, target: string): ChildProcess {
    return this.#run(['decrypt', source, '-o', target])
  }

  async end(child: ChildProcess): Promise<Ended> {
    const closed = once(child, 'close')
    let memoryMiB = 0
    while (child.exitCode === null && child.signalCode === null) {
      memoryMiB = Math.max(memoryMiB, memoryOf(child.pid))
      await Promise.race([delay(50), closed])
    }
    return { code: child.exitCode, memoryMiB }
  }

  /** Kills it when the file that it writes has this size, or when it ends by itself. */
  async kill(child: ChildProcess, target: string, size: number): Promise<void> {
    const part = this.path(`.${target}.parasol/rows`)
    const closed = once(child, 'close')
    while (child.exitCode === null && (statSync(part, { throwIfNoEntry: false })?.size ?? 0) < size) await delay(2)
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await closed
  }

  #run(args: readonly string[]): ChildProcess {
    const bound = ['-u', 'customer', '-k', 'id']
    const stdio = ['ignore', 'ignore', 'inherit'] as const
    return spawn(process.execPath, [PARASOL, 'records', ...args, ...bound], { cwd: this.#folder, stdio: [...stdio] })
  }
}

function memoryOf(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Math.round(Number(kilobytes) / 1024)
  } catch {
    return 0
  }
}
