/** Something that takes bytes from strangers. */
export interface Target {
  readonly name: string
  /** Well-formed inputs, which it takes. */
  readonly samples: readonly Uint8Array[]
  /** How many inputs it gets, as a part of those that fast ones get. */
  readonly share: number
  /** The most CPU time for one input, if it is more than a stranger's input may take. */
  readonly maxCpuMs?: number
  /** Texts that no error may show. */
  secrets(input: Uint8Array): readonly string[]
  /** Resolves if it takes the input; `wrongly` if it must not have. Rejects with what it throws. */
  feed(input: Uint8Array): Promise<'taken' | 'wrongly'>
}

/** Of a text that must not be repeated: its beginning, middle and end, since what is shown may be cut. */
export function windows(text: string, length = 16): readonly string[] {
  if (text.length < length) return []
  const last = text.length - length
  return [0, Math.floor(last / 2), last].map((start) => text.slice(start, start + length))
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
