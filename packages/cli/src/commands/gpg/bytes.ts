import { catalogue } from '../../catalogue.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'

/** What comes through the pipe. @throws UsageError if nothing does */
export async function readBytes(terminal: Terminal): Promise<Uint8Array> {
  return whole(terminal, undefined)
}

/** A file, or what comes through the pipe, of any length. */
export async function* pieces(terminal: Terminal, path: string | undefined): AsyncGenerator<Uint8Array> {
  if (path === undefined) {
    if (terminal.stdin.isTTY) throw new UsageError(texts(terminal).noInput)
    yield* terminal.stdin as AsyncIterable<Uint8Array>
    return
  }
  const { InputFile } = await import('@parasol/core/files')
  await using file = await InputFile.open(path)
  yield* file.chunks()
}

const MAX_BYTES = 256 * 1024 * 1024

/** The same at once. @throws UsageError for more than that has room for */
export async function whole(terminal: Terminal, path: string | undefined): Promise<Uint8Array> {
  const copies: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces(terminal, path)) {
    length += piece.length
    if (length > MAX_BYTES) throw new UsageError(texts(terminal).tooLong(MAX_BYTES))
    copies.push(Uint8Array.from(piece))
  }
  return Buffer.concat(copies)
}

/** Where a result goes: a file, whole or not at all, or the standard output. */
export async function writeBytes(
  terminal: Terminal,
  content: Uint8Array | string,
  { out, force = false }: { readonly out?: string; readonly force?: boolean },
): Promise<void> {
  if (out === undefined) {
    terminal.stdout.write(content)
    return
  }
  const { writeFileAtomic } = await import('@parasol/core/files')
  await writeFileAtomic(out, content, { overwrite: force })
}

const texts = catalogue(
  {
    noInput: 'Expected input through a pipe, or the name of a file (--help)',
    tooLong: (bytes: number) =>
      `More than ${bytes} bytes: use --in and --out if the command has them, which takes any length`,
  },
  {
    noInput: '应从管道输入，或给出文件名（见 --help）',
    tooLong: (bytes) => `超过 ${bytes} 字节：如果命令有 --in 和 --out，请用它们，长度不限`,
  },
)
