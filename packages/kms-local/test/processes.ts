import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A child process runs what is built, as Node does not read TypeScript everywhere. */
export const isBuilt: boolean = existsSync(new URL('../dist/index.js', import.meta.url))

export type Message = Readonly<Record<string, string | number>>

/** Another process that opens the store; `write` makes it write without end. */
export function startWriter(folder: string, keyFile: string, mode: 'hold' | 'write'): ChildProcess {
  return fork(fileURLToPath(new URL('writer.mjs', import.meta.url)), [folder, keyFile, mode], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  })
}

export function nextMessage(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve as (message: unknown) => void)
    child.once('exit', (code) => reject(new Error(`The child ended with ${code}`)))
  })
}

/** As a power cut would: the process has no say. */
export function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
