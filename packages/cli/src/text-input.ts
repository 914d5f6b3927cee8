import { catalogue } from './catalogue.js'
import type { Terminal } from './terminal.js'
import { UsageError } from './usage-error.js'

const MAX_BYTES = 16 * 1024 * 1024

/**
 * The text of the command line, or of the standard input without its last line end: what stands on a command line can be
 * seen by other users of the machine.
 *
 * @throws UsageError if the input is a terminal, is not UTF-8, or is too long for text
 */
export async function readTextInput(terminal: Terminal, argument: string | undefined): Promise<string> {
  if (argument !== undefined) return argument
  if (terminal.stdin.isTTY) throw new UsageError(texts(terminal).expected)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of terminal.stdin as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_BYTES) throw new UsageError(texts(terminal).tooLong(MAX_BYTES))
    chunks.push(chunk)
  }
  return decode(terminal, Buffer.concat(chunks)).replace(/\r?\n$/, '')
}

function decode(terminal: Terminal, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UsageError(texts(terminal).notText)
  }
}

const texts = catalogue(
  {
    expected: 'Expected text: as an argument, from a pipe, or a file by --in',
    tooLong: (bytes: number) => `More than ${bytes} bytes: use --in and --out`,
    notText: 'The input is not UTF-8 text: use --in and --out for a file of bytes',
  },
  {
    expected: '缺少文字：请作为参数给出，或从管道输入，或用 --in 给出文件',
    tooLong: (bytes) => `超过 ${bytes} 字节：请用 --in 和 --out`,
    notText: '输入不是 UTF-8 文字：字节文件请用 --in 和 --out',
  },
)
