import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { Reply } from './clients.js'

/** A program that is asked by a line of JSON and answers by one, started at the first request; one after another. */
export class LineDriver {
  readonly #command: readonly string[]
  #running: { child: ChildProcess; lines: Interface } | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(command: readonly string[]) {
    this.#command = command
  }

  ask(request: object): Promise<Reply & { readonly typed?: boolean }> {
    const reply = this.#turn.then(async () => {
      const { child, lines } = this.#start()
      const line = once(lines, 'line')
      child.stdin?.write(`${JSON.stringify(request)}\n`)
      const [text] = await line
      return JSON.parse(text)
    })
    this.#turn = reply.catch(() => undefined)
    return reply
  }

  end(): void {
    this.#running?.child.stdin?.end()
  }

  #start(): { child: ChildProcess; lines: Interface } {
    if (this.#running) return this.#running
    const [program = '', ...rest] = this.#command
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#running = { child, lines: createInterface({ input: child.stdout as NodeJS.ReadableStream }) }
    return this.#running
  }
}
