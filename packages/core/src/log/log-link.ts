/** How far a chain of lines has come. */
export interface ChainState {
  /** 32 bytes that the last line ends in, and the next one vouches for. */
  readonly hash: Buffer
  /** The number of the next line. */
  readonly next: number
}

export const CHAIN_START: ChainState = { hash: Buffer.alloc(32), next: 0 }

/**
 * How a line of a log vouches for the one before: a hash, which shows a change to who knows a later line, or a MAC, which
 * only who holds its key can make. It is all that logs of different owners do not share.
 */
export interface LogLink {
  /** The line, with its line feed, that continues a chain. The content is a JSON object without line feeds. */
  format(content: string, before: ChainState): { readonly text: string; readonly after: ChainState }
  /** Checks that a line, given without its line feed, continues the chain; gives the reason if it does not. */
  read(line: Buffer, before: ChainState): { readonly content: Buffer; readonly after: ChainState } | string
}

/** The text of some lines, one after the other. */
export function formatLines(
  link: LogLink,
  contents: readonly string[],
  before: ChainState,
): { readonly text: string; readonly after: ChainState } {
  let after = before
  let text = ''
  for (const content of contents) {
    const line = link.format(content, after)
    text += line.text
    after = line.after
  }
  return { text, after }
}
