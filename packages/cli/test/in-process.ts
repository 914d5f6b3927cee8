import { Readable, Writable } from 'node:stream'
import { run } from '../src/run.js'
import type { Input, Output, Terminal } from '../src/terminal.js'
import type { Ended } from './workplace.js'

export interface Setting {
  readonly input?: string | Uint8Array
  /** Instead of the environment of the tests; no locale, which is English. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether the outputs are a terminal. */
  readonly isTTY?: boolean
  readonly signal?: AbortSignal
  /** Shown each piece of the standard output when it comes. */
  readonly onOutput?: (text: string) => void
}

/** Runs a command line in this process, which costs a hundredth of the real program. Paths begin at its folder. */
export async function runHere(args: readonly string[], setting: Setting = {}): Promise<Ended> {
  const stdout = new Gatherer()
  const stderr = new Gatherer()
  const code = await run(
    args,
    createTerminal(stdout.stream(setting), stderr.stream({ isTTY: setting.isTTY ?? false }), setting),
  )
  return { code, stdout: stdout.text, stderr: stderr.text }
}

function createTerminal(stdout: Output, stderr: Output, { input = '', env = {}, signal }: Setting): Terminal {
  const stdin: Input = Object.assign(Readable.from(input.length > 0 ? [Buffer.from(input)] : []), { isTTY: false })
  return { stdin, stdout, stderr, env, signal: signal ?? new AbortController().signal }
}

class Gatherer {
  readonly #chunks: Buffer[] = []

  stream({ isTTY = false, onOutput }: Pick<Setting, 'isTTY' | 'onOutput'>): Output {
    const chunks = this.#chunks
    const stream = new Writable({
      decodeStrings: true,
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk)
        onOutput?.(chunk.toString())
        done()
      },
    })
    return Object.assign(stream, { isTTY, columns: 100 })
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString()
  }
}
