import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { program } from './workplace.js'

export const hasTmux: boolean = (() => {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const PATIENCE_MS = 60_000

/** A terminal of its own in which the program runs, seen and typed into as by a person. */
export class Tmux implements Disposable {
  readonly #socket: string
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    this.#socket = `${folder}/tmux.socket`
  }

  /** Starts a shell command line; `parasol` is the program. When it has ended, its exit code stands on a line. */
  start(command: string, environment: Readonly<Record<string, string>> = {}): void {
    const variables = Object.entries({ LC_ALL: 'C.UTF-8', ...environment }).map(([name, value]) => `${name}='${value}'`)
    const script = `parasol() { ${variables.join(' ')} '${process.execPath}' '${program}' "$@"; }; ${command}; echo "ended with $?"; sleep 600`
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '110', '-y', '50', '-c', this.#folder, 'sh', '-c', script)
  }

  type(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  get screen(): string {
    return this.#tmux('capture-pane', '-p')
  }

  /** The screen when it first shows something. */
  async until(pattern: RegExp): Promise<string> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await delay(30)) {
      const { screen } = this
      if (pattern.test(screen)) return screen
    }
    throw new Error(`The terminal never showed ${pattern}:\n${this.screen}`)
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server')
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    })
  }
}
