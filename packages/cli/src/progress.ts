import { catalogue } from './catalogue.js'
import type { Terminal } from './terminal.js'

const DRAW_EVERY_MS = 100
const BAR_WIDTH = 24

export interface ProgressOptions {
  readonly label: string
  /** Of what is counted; unknown for a pipe. */
  readonly total?: number
  readonly unit: 'bytes' | 'rows'
  /** Programs do not look. */
  readonly json?: boolean
}

/**
 * How far work is, with its rate and the time that remains: one line of the standard error output that changes, if that
 * is a terminal; nothing otherwise.
 *
 *     using progress = new Progress(terminal, { label: 'scan.pdf', total: size, unit: 'bytes' })
 *     progress.update(done)
 */
export class Progress implements Disposable {
  readonly #terminal: Terminal
  readonly #options: ProgressOptions
  readonly #start = performance.now()
  readonly #shows: boolean
  #first: number | undefined
  #drawn = Number.NEGATIVE_INFINITY

  constructor(terminal: Terminal, options: ProgressOptions) {
    this.#terminal = terminal
    this.#options = options
    this.#shows = terminal.stderr.isTTY === true && terminal.env['TERM'] !== 'dumb' && !options.json
  }

  /** What is done altogether. What was done when this was called first does not count for the rate. */
  update(done: number): void {
    this.#first ??= done
    const now = performance.now()
    if (!this.#shows || now - this.#drawn < DRAW_EVERY_MS) return
    this.#drawn = now
    const { columns = 80 } = this.#terminal.stderr
    this.#terminal.stderr.write(`\r\x1b[K${this.#line(done, (now - this.#start) / 1000).slice(0, columns - 1)}`)
  }

  [Symbol.dispose](): void {
    if (this.#shows) this.#terminal.stderr.write('\r\x1b[K')
  }

  #line(done: number, elapsed: number): string {
    const { label, total, unit } = this.#options
    const amount = unit === 'bytes' ? formatBytes : formatCount
    const rate = (done - (this.#first ?? 0)) / elapsed
    const pace = `${amount(done)} ${unit === 'rows' ? texts(this.#terminal).rows : ''}, ${amount(rate)}/s`.replace(
      ' ,',
      ',',
    )
    if (total === undefined || total === 0) return `${label}: ${pace}`
    const share = Math.min(1, done / total)
    const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
    const left = rate > 0 ? `, ${texts(this.#terminal).left(formatDuration((total - done) / rate))}` : ''
    return `${label} ${bar} ${Math.floor(share * 100)}% ${pace}${left}`
  }
}

const texts = catalogue(
  { rows: 'rows', left: (time: string) => `${time} left` },
  { rows: '行', left: (time) => `还需 ${time}` },
)

function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
