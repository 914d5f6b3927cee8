import { StringDecoder } from 'node:string_decoder'

export interface TextLine {
  readonly text: string
  /** From 1. A line that is very long comes in several pieces of the same number. */
  readonly number: number
}

const MAX_PIECE = 1024 * 1024

/** The lines of UTF-8 text, in constant memory however long they are. */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  const decoder = new StringDecoder('utf8')
  let [rest, number] = ['', 1]
  for await (const chunk of chunks) {
    rest += decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
    const lines = rest.split('\n')
    rest = lines.pop() as string
    for (const text of lines) yield { text: text.replace(/\r$/, ''), number: number++ }
    while (rest.length > MAX_PIECE) {
      const end = endOfPiece(rest)
      yield { text: rest.slice(0, end), number }
      rest = rest.slice(end)
    }
  }
  rest += decoder.end()
  if (rest !== '') yield { text: rest, number }
}

/** No number is cut in two, if there is anything else to cut at. */
function endOfPiece(text: string): number {
  const last = /[^\w.+-](?=[\w.+-]*$)/.exec(text.slice(MAX_PIECE - 100, MAX_PIECE))
  return last ? MAX_PIECE - 100 + last.index + 1 : MAX_PIECE
}
