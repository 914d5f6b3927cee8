/** Most of a process's memory was never used. */
const PAGE = Buffer.alloc(4096)

/** Looks for many keys in much memory, reading each byte once: in how many forms there are keys does not matter. */
export class KeyFinder {
  /** Indexes of the keys of which at least a half was found. */
  readonly found: Set<number> = new Set()
  /** How often halves of keys were found. */
  copies = 0
  readonly #patterns = new Map<number, { readonly bytes: Uint8Array; readonly key: number }[]>()
  /** One bit for each value of the first three bytes of a pattern: nearly everything in memory is passed over by it. */
  readonly #filter = new Uint8Array(2 ** 21)

  constructor(keys: readonly Uint8Array[]) {
    for (const [index, key] of keys.entries()) for (const bytes of formsOf(key)) this.#add(bytes, index)
  }

  /** The longest pattern: chunks of memory must overlap by that much. */
  static readonly OVERLAP = 64

  search(memory: Buffer): void {
    for (let start = 0; start < memory.length; start += PAGE.length) {
      const end = Math.min(start + PAGE.length, memory.length)
      if (!memory.subarray(start, end).equals(PAGE)) this.#searchPage(memory, start, Math.min(end, memory.length - 2))
    }
  }

  #searchPage(memory: Buffer, start: number, end: number): void {
    let head = ((memory[start] ?? 0) << 8) | (memory[start + 1] ?? 0)
    for (let at = start; at < end; at++) {
      head = ((head << 8) | (memory[at + 2] as number)) & 0xff_ffff
      if (((this.#filter[head >> 3] as number) & (1 << (head & 7))) !== 0) this.#compare(memory, at, head)
    }
  }

  #add(bytes: Uint8Array, key: number): void {
    const head = ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0)
    this.#filter[head >> 3] = (this.#filter[head >> 3] ?? 0) | (1 << (head & 7))
    const patterns = this.#patterns.get(head) ?? []
    patterns.push({ bytes, key })
    this.#patterns.set(head, patterns)
  }

  #compare(memory: Uint8Array, at: number, head: number): void {
    for (const { bytes, key } of this.#patterns.get(head) ?? []) {
      if (!bytes.every((byte, index) => memory[at + index] === byte)) continue
      this.found.add(key)
      this.copies++
    }
  }
}

/** Halves, since a half is enough to find the rest's neighbourhood: raw, as base64 text, and as base64 of two bytes a letter. */
function formsOf(key: Uint8Array): Uint8Array[] {
  const base64 = Buffer.from(key).toString('base64')
  return [
    key.subarray(0, 16),
    key.subarray(16),
    Buffer.from(base64.slice(0, 20)),
    Buffer.from(base64.slice(-21, -1)),
    Buffer.from(base64.slice(0, 20), 'utf16le'),
  ]
}
