import { number, rowCount, seconds } from './format.js'

const DRAW_EVERY_MS = 100
const SAY_EVERY_MS = 10_000

/** Shows how far work is: on a terminal a line that changes, elsewhere a line now and then. */
export class Progress {
  readonly #label: string
  readonly #total: number
  readonly #start = performance.now()
  #shown = performance.now()
  #done = 0

  constructor(label: string, total: number) {
    this.#label = label
    this.#total = total
  }

  get done(): number {
    return this.#done
  }

  advance(rows: number): void {
    this.#done += rows
    const now = performance.now()
    if (now - this.#shown < (isTerminal() ? DRAW_EVERY_MS : SAY_EVERY_MS)) return
    this.#shown = now
    const line = `${this.#label}: ${this.#describe(now - this.#start)}`
    process.stdout.write(isTerminal() ? `\r\x1b[K${line}` : `${line}\n`)
  }

  /** Ends with a line that stays. Gives the milliseconds that the work took. */
  finish(): number {
    const elapsed = performance.now() - this.#start
    const line = `${this.#label}: ${rowCount(this.#done)} in ${seconds(elapsed)}`
    process.stdout.write(`${isTerminal() ? '\r\x1b[K' : ''}${line}\n`)
    return elapsed
  }

  #describe(elapsed: number): string {
    const rate = (this.#done / elapsed) * 1000
    const left = ((this.#total - this.#done) / rate) * 1000
    return `${number(this.#done)} of ${rowCount(this.#total)}, ${number(rate)} rows/s, ${seconds(left)} left`
  }
}

function isTerminal(): boolean {
  return process.stdout.isTTY === true && process.env['CI'] === undefined
}
