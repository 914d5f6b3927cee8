import type { Random } from '../random.js'

/** A log as somebody left it, and the line at which that shows, from 1; none for a log that only ends too early. */
export interface Tampered {
  readonly lines: readonly string[]
  readonly line?: number
}

export type Tampering = (lines: readonly string[], random: Random) => Tampered

/** What can be done to a log of lines by who can write to it. */
export const tamperings: readonly Tampering[] = [
  /** Changes one character of an event, which stays JSON. */
  (lines, random) => {
    const at = random.below(lines.length)
    const line = lines[at] ?? ''
    return { lines: lines.with(at, line.replace('"Encrypt"', '"Decrypt"')), line: at + 1 }
  },
  /** Changes one digit of what vouches for an event, or of the event in a log that has no such thing. */
  (lines, random) => {
    const at = random.below(lines.length)
    const line = lines[at] ?? ''
    const digit = line.search(/\d/)
    const other = line.charAt(digit) === '7' ? '8' : '7'
    return { lines: lines.with(at, `${line.slice(0, digit)}${other}${line.slice(digit + 1)}`), line: at + 1 }
  },
  (lines, random) => {
    const at = random.below(lines.length - 1)
    return { lines: lines.toSpliced(at, 1), line: at + 1 }
  },
  (lines, random) => {
    const at = random.below(lines.length - 1)
    const [one = '', two = ''] = lines.slice(at, at + 2)
    return { lines: lines.toSpliced(at, 2, two, one), line: at + 1 }
  },
  (lines, random) => {
    const at = random.below(lines.length)
    return { lines: lines.toSpliced(at + 1, 0, lines[at] ?? ''), line: at + 2 }
  },
  (lines, random) => {
    const [at, from] = [random.below(lines.length), random.below(lines.length - 1)]
    const other = lines[from < at ? from : from + 1] ?? ''
    return { lines: lines.toSpliced(at, 0, other), line: at + 1 }
  },
  /** Cuts off one event or more; all, as if the log were new. */
  (lines, random) => ({ lines: lines.slice(0, random.below(lines.length)) }),
]
