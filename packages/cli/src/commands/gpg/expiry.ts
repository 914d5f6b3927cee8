import { catalogue } from '../../catalogue.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'

const DAY_MS = 86_400_000
const UNITS = { d: DAY_MS, w: 7 * DAY_MS, m: 30 * DAY_MS, y: 365 * DAY_MS } as const

/** `90d`, `6m`, `2y`, a date, or `never`, which is undefined. @throws UsageError */
export function parseExpiry(terminal: Terminal, text: string): Date | undefined {
  if (text === 'never') return undefined
  const [, count, unit] = /^(\d{1,4})([dwmy])$/.exec(text) ?? []
  if (count && unit) return new Date(Date.now() + Number(count) * UNITS[unit as keyof typeof UNITS])
  const date = new Date(text)
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime())) return date
  throw new UsageError(texts(terminal).expected)
}

const texts = catalogue(
  { expected: 'Expected a time to expire at such as 90d, 6m, 2y, 2030-01-31 or never' },
  { expected: '过期时间应如 90d、6m、2y、2030-01-31 或 never' },
)
