import { createHash } from 'node:crypto'

/**
 * A line of a log:
 *
 *     hash  space  number  space  JSON object  line feed
 *
 * The hash is SHA-256 over the hash of the line before (32 bytes, zeros before the first) and the text from the number to
 * the end of the object, in base64url. Numbers count from 0 and go on from file to file.
 */
export interface LogLine {
  readonly hash: Buffer
  readonly number: number
  /** The JSON object. */
  readonly content: string
  /** Where the line is in its file, and where the next begins. */
  readonly offset: number
  readonly end: number
}

/** How far a chain has come. */
export interface ChainState {
  readonly hash: Buffer
  /** The number of the next line. */
  readonly next: number
}

export const CHAIN_START: ChainState = { hash: Buffer.alloc(32), next: 0 }

/** Something that is not a line where one should be. */
export interface LogDamage {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly offset: number
  readonly reason: string
}

const HASH_TEXT = 43
const NEWLINE = 10

export function formatLine(content: string, { hash, next }: ChainState): { text: string; state: ChainState } {
  const payload = `${next} ${content}`
  const linked = link(hash, payload)
  return { text: `${linked.toString('base64url')} ${payload}\n`, state: { hash: linked, next: next + 1 } }
}

/**
 * Reads the line at an offset and checks that it follows the one before; gives the reason if it does not. Nothing is
 * given at the end of the file, or if the line is not whole.
 */
export function readLine(file: Buffer, offset: number, before: ChainState): LogLine | string | undefined {
  const newline = file.indexOf(NEWLINE, offset)
  if (newline < 0) return undefined
  const text = file.toString('utf8', offset, newline)
  const [, hashText = '', payload = '', number, content = ''] = LINE.exec(text) ?? []
  if (number === undefined) return 'is not a line of a log'
  if (Number(number) !== before.next) return `has number ${number}, not ${before.next}`
  const hash = link(before.hash, payload)
  if (hash.toString('base64url') !== hashText) return 'does not follow the line before'
  return { hash, number: before.next, content, offset, end: newline + 1 }
}

const LINE = new RegExp(`^([A-Za-z0-9_-]{${HASH_TEXT}}) ((0|[1-9][0-9]{0,14}) (\\{.*\\}))$`)

function link(before: Buffer, payload: string): Buffer {
  return createHash('sha256').update(before).update(payload).digest()
}
