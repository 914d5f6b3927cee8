/** A line of a body without its line feed; undefined in place of one that is too long. */
export type Line = Buffer | undefined

const LINE_FEED = 10
/** A line that arrives byte by byte must not become as many objects. */
const MOST_PARTS = 128

/** Cuts bytes into lines as they arrive, and keeps no more of them than one line may have. */
export class LineSplitter {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that end in these bytes. */
  *push(bytes: Buffer): Generator<Line> {
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      this.#add(bytes.subarray(start, end))
      start = end + 1
      yield this.#take()
    }
    this.#add(bytes.subarray(start))
  }

  /** The last line, if it has no line feed. */
  *end(): Generator<Line> {
    if (this.#length > 0) yield this.#take()
  }

  #add(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#maxBytes) this.#parts = []
    else if (part.length > 0) this.#parts.push(part)
    if (this.#parts.length > MOST_PARTS) this.#parts = [Buffer.concat(this.#parts)]
  }

  #take(): Line {
    const line = this.#length > this.#maxBytes ? undefined : joined(this.#parts)
    this.#parts = []
    this.#length = 0
    return line
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
}
