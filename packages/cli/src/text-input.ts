import { UsageError } from './usage-error.js'

const MAX_BYTES = 16 * 1024 * 1024

/**
 * The text of the command line, or of the standard input without its last line end: what stands on a command line can be
 * seen by other users of the machine.
 *
 * @throws UsageError if the input is a terminal, is not UTF-8, or is too long for text
 */
export async function readTextInput(argument: string | undefined): Promise<string> {
  if (argument !== undefined) return argument
  if (process.stdin.isTTY) throw new UsageError('Expected text: as an argument, from a pipe, or a file by --in')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_BYTES) throw new UsageError(`More than ${MAX_BYTES} bytes: use --in and --out`)
    chunks.push(chunk)
  }
  return decode(Buffer.concat(chunks)).replace(/\r?\n$/, '')
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UsageError('The input is not UTF-8 text: use --in and --out for a file of bytes')
  }
}
