import { hash as hashOf } from 'node:crypto'
import type { ChainState, LogLink } from './log-link.js'

/**
 * A line of a log:
 *
 *     hash  space  number  space  JSON object  line feed
 *
 * The hash is SHA-256 over the hash of the line before (32 bytes, zeros before the first) and the bytes from the number
 * to the end of the object, in base64url. Numbers count from 0 and go on from file to file.
 */
export const hashLink: LogLink = {
  format(content, { hash, next }) {
    const payload = `${next} ${content}`
    const linked = link(hash, payload)
    return { text: `${linked} ${payload}\n`, after: { hash: Buffer.from(linked, 'base64url'), next: next + 1 } }
  },

  read(line, before) {
    const payload = line.subarray(HASH_TEXT + 1)
    const space = payload.indexOf(SPACE)
    const content = payload.subarray(space + 1)
    const number = payload.toString('latin1', 0, Math.max(0, space))
    const isLine = line[HASH_TEXT] === SPACE && space > 0 && NUMBER.test(number)
    if (!isLine || content[0] !== OPENING || content.at(-1) !== CLOSING) return 'is not a line of a log'
    if (number !== String(before.next)) return `has number ${number}, not ${before.next}`
    return continued(line.toString('latin1', 0, HASH_TEXT), payload, content, before)
  },
}

const HASH_TEXT = 43
const NUMBER = /^(0|[1-9][0-9]{0,14})$/
const [SPACE, OPENING, CLOSING] = [0x20, 0x7b, 0x7d] as const

function continued(hashText: string, payload: Buffer, content: Buffer, { hash, next }: ChainState) {
  const linked = link(hash, payload)
  if (linked !== hashText) return 'does not follow the line before'
  return { content, after: { hash: Buffer.from(linked, 'base64url'), next: next + 1 } }
}

/** In one call over one buffer: a hash object costs as much as to hash a line. */
function link(before: Buffer, payload: Buffer | string): string {
  const length = HASH_BYTES + Buffer.byteLength(payload)
  const bytes = length <= scratch.length ? scratch : Buffer.allocUnsafe(length)
  bytes.set(before)
  if (typeof payload === 'string') bytes.write(payload, HASH_BYTES)
  else bytes.set(payload, HASH_BYTES)
  return hashOf('sha256', bytes.subarray(0, length), 'base64url')
}

const HASH_BYTES = 32
const scratch = Buffer.alloc(16_384)
