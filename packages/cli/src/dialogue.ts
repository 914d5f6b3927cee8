import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { catalogue } from './catalogue.js'
import type { Terminal } from './terminal.js'
import { UsageError } from './usage-error.js'

export interface Question {
  /** What an empty answer means; without it, there must be one. */
  readonly initial?: string
  /** What is wrong with an answer; it is then asked for again. */
  readonly check?: (answer: string) => string | undefined
}

/**
 * Asks a person at the terminal. Questions go to the standard error output. Ctrl-C ends the command as it always does.
 *
 *     using dialogue = new Dialogue(terminal)
 *     const name = await dialogue.ask('Name', { initial: 'customer.phone' })
 *
 * @throws UsageError if the input is no terminal: say in the command which flags do without a dialogue
 */
export class Dialogue implements Disposable {
  readonly #terminal: Terminal
  #open: Interface | undefined

  constructor(terminal: Terminal) {
    if (!canAsk(terminal)) throw new UsageError(texts(terminal).noTerminal)
    this.#terminal = terminal
  }

  async ask(question: string, { initial, check }: Question = {}): Promise<string> {
    const prompt = initial === undefined ? `${question}: ` : `${question} [${initial}]: `
    for (;;) {
      const answer = (await this.#read(prompt, this.#terminal.stderr)).trim() || (initial ?? '')
      const problem = answer === '' ? texts(this.#terminal).needsAnswer : check?.(answer)
      if (problem === undefined) return answer
      this.#terminal.stderr.write(`${problem}\n`)
    }
  }

  async confirm(question: string, initial = false): Promise<boolean> {
    const check = (answer: string): string | undefined =>
      YES.test(answer) || NO.test(answer) ? undefined : texts(this.#terminal).yesOrNo
    return YES.test(await this.ask(`${question} (y/n)`, { initial: initial ? 'y' : 'n', check }))
  }

  /** By its number. */
  async choose<Value extends string>(
    question: string,
    choices: readonly { readonly value: Value; readonly label: string }[],
  ): Promise<Value> {
    const lines = choices.map(({ label }, index) => `  ${index + 1}. ${label}\n`)
    this.#terminal.stderr.write(`${question}\n${lines.join('')}`)
    const find = (answer: string) => choices[Number(answer) - 1] ?? choices.find(({ value }) => value === answer)
    const check = (answer: string) => (find(answer) ? undefined : texts(this.#terminal).oneOf(choices.length))
    const found = find(await this.ask(texts(this.#terminal).choice, { initial: '1', check }))
    return (found as { value: Value }).value
  }

  /** What is typed is not shown. */
  async secret(question: string): Promise<string> {
    this.#terminal.stderr.write(`${question}: `)
    try {
      return await this.#read('', new Writable({ write: (_chunk, _encoding, done) => done() }))
    } finally {
      this.#terminal.stderr.write('\n')
    }
  }

  [Symbol.dispose](): void {
    this.#open?.close()
  }

  async #read(prompt: string, output: Writable): Promise<string> {
    const { stdin: input, signal } = this.#terminal
    const reader = createInterface({ input, output, terminal: true })
    this.#open = reader
    // In raw mode the terminal makes no signal of Ctrl-C.
    reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    const ended = new Promise<never>((_resolve, reject) => {
      reader.once('close', () => reject(new UsageError(texts(this.#terminal).noAnswer)))
    })
    try {
      return await Promise.race([reader.question(prompt, { signal }), ended])
    } finally {
      ended.catch(() => undefined)
      reader.close()
    }
  }
}

/** Whether there is somebody to ask. */
export function canAsk({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTTY === true
}

const YES = /^(y|yes|是)$/i
const NO = /^(n|no|否)$/i

const texts = catalogue(
  {
    noTerminal: 'Nobody can be asked here, for the input is no terminal: give the answers as flags (--help lists them)',
    needsAnswer: 'An answer is needed.',
    noAnswer: 'The input ended before the answer',
    yesOrNo: 'Answer y or n.',
    choice: 'Number',
    oneOf: (count: number) => `Answer with a number from 1 to ${count}.`,
  },
  {
    noTerminal: '输入不是终端，无法提问：请用参数给出答案（见 --help）',
    needsAnswer: '必须回答。',
    noAnswer: '还没有回答，输入就结束了',
    yesOrNo: '请回答 y 或 n。',
    choice: '编号',
    oneOf: (count) => `请回答 1 到 ${count} 之间的编号。`,
  },
)
