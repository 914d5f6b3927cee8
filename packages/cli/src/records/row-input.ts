import { open, realpath } from 'node:fs/promises'
import { guardIo, InputFile } from '@parasol/core/files'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import type { RecordOptions } from './record-options.js'
import { recordsTexts } from './records-texts.js'
import type { RecordFormat } from './row.js'
import { type FormatChoice, rowFormat } from './row-format.js'
import type { ChunkSource } from './row-source.js'

export interface RowInput {
  readonly source: ChunkSource
  readonly format: RecordFormat
  readonly choice: FormatChoice
  readonly size?: number
  readonly mode?: number
  /** What tells it from what it was at another time; a pipe cannot be told. */
  readonly identity?: object
}

const READ_BYTES = 256 * 1024
/** A string of this size lives and dies among young objects; a longer one is kept until much garbage has come together. */
const CHUNK_BYTES = 32 * 1024

/** The file, or the standard input, and its format. @throws CryptoError IO */
export async function openRowInput(
  terminal: Terminal,
  path: string | undefined,
  options: Pick<RecordOptions, 'format' | 'delimiter'>,
): Promise<RowInput> {
  if (path === undefined) return openPipe(terminal, options)
  const { size, mode, head } = await lookAt(path)
  const { mtimeMs } = await guardIo(path, async () => {
    await using handle = await open(path)
    return handle.stat()
  })
  const choice = choiceOf(terminal, options, path, head)
  const identity = { path: await realpath(path), size, mtimeMs }
  return { source: fileSource(path), choice, format: rowFormat(terminal, choice), size, mode, identity }
}

async function lookAt(path: string): Promise<{ size: number; mode: number; head: string }> {
  await using file = await InputFile.open(path)
  return { size: file.size, mode: file.mode, head: Buffer.from(await file.read(0, 1024)).toString('latin1') }
}

async function openPipe(terminal: Terminal, options: Pick<RecordOptions, 'format' | 'delimiter'>): Promise<RowInput> {
  const { stdin } = terminal
  if (stdin.isTTY) throw new UsageError(recordsTexts(terminal).noInput)
  const chunks = (stdin as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  const { value: first = Buffer.alloc(0) } = await chunks.next()
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  }
  const choice = choiceOf(terminal, options, '', first.subarray(0, 1024).toString('latin1'))
  return { source: { chunks: all }, choice, format: rowFormat(terminal, choice) }
}

function fileSource(path: string): ChunkSource {
  return {
    async *chunks(from) {
      const handle = await guardIo(path, () => open(path), 'read')
      // One piece of memory for all chunks: each is used before the next is asked for.
      const memory = Buffer.allocUnsafeSlow(READ_BYTES)
      try {
        for (let offset = from; ; ) {
          const { bytesRead } = await guardIo(path, () => handle.read(memory, 0, READ_BYTES, offset), 'read')
          if (bytesRead === 0) return
          offset += bytesRead
          for (let at = 0; at < bytesRead; at += CHUNK_BYTES) {
            yield memory.subarray(at, Math.min(bytesRead, at + CHUNK_BYTES))
          }
        }
      } finally {
        memory.fill(0)
        await handle.close()
      }
    },
  }
}

const ENDINGS: Readonly<Record<string, RecordOptions['format']>> = {
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
}
const BEGINNINGS: Readonly<Record<string, RecordOptions['format']>> = { '[': 'json', '{': 'ndjson' }

/** Whether a file has rows, by what is said of it and by its name. */
export function isRowFile(path: string, { format }: Pick<RecordOptions, 'format'>): boolean {
  return format !== undefined || Object.hasOwn(ENDINGS, endingOf(path))
}

function endingOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase()
}

function choiceOf(
  terminal: Terminal,
  { format, delimiter }: Pick<RecordOptions, 'format' | 'delimiter'>,
  path: string,
  head: string,
): FormatChoice {
  if (head.includes('\0')) throw new UsageError(recordsTexts(terminal).binary)
  const ending = endingOf(path)
  const beginning = head
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .charAt(0)
  const name = format ?? ENDINGS[ending] ?? BEGINNINGS[beginning] ?? 'csv'
  return { name, delimiter: ending === 'tsv' && delimiter === ',' ? '\t' : delimiter }
}
