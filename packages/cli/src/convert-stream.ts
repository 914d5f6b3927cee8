import { once } from 'node:events'
import { throwIfAborted } from '@parasol/core'
import { AtomicFile, InputFile } from '@parasol/core/files'
import { catalogue } from './catalogue.js'
import type { CipherOptions } from './options.js'
import { print } from './print.js'
import { Progress } from './progress.js'
import type { Terminal } from './terminal.js'
import { UsageError } from './usage-error.js'

type Chunks = AsyncIterable<Uint8Array>

/** What stands for the standard input, or output, in the place of a file. */
export const PIPE = '-'

/** Bytes of any length from a pipe, to a pipe, or both. A file that is written is whole or not there. */
export async function convertStream(
  terminal: Terminal,
  { source, target }: { readonly source: string; readonly target: string },
  { force = false, json = false }: Pick<CipherOptions, 'force' | 'json'>,
  change: (chunks: Chunks) => Chunks,
): Promise<void> {
  const { stdin, stdout, signal } = terminal
  if (target === PIPE && json) throw new UsageError(texts(terminal).jsonNeedsFile)
  if (target === PIPE && stdout.isTTY) throw new UsageError(texts(terminal).bytesToTerminal)
  const work = async (chunks: Chunks): Promise<void> => {
    if (target === PIPE) return writeTo(terminal, change(chunks))
    await using file = await AtomicFile.create(target, { overwrite: force })
    for await (const chunk of change(chunks)) await file.write(chunk)
    throwIfAborted(signal)
    await file.commit()
    print(terminal, { json }, { file: target }, () => '')
  }
  if (source === PIPE) return work(stdin as Chunks)
  await using file = await InputFile.open(source)
  using progress = new Progress(terminal, { label: source, total: file.size, unit: 'bytes', json })
  await work(reporting(file, progress))
}

async function writeTo({ stdout, signal }: Terminal, chunks: Chunks): Promise<void> {
  for await (const chunk of chunks) {
    // A copy: the memory of a chunk may be used again before it is written.
    if (!stdout.write(Buffer.from(chunk)) && !stdout.destroyed) {
      await Promise.race([once(stdout, 'drain'), once(stdout, 'close')])
    }
    throwIfAborted(signal)
  }
}

async function* reporting(file: InputFile, progress: Progress): AsyncGenerator<Uint8Array> {
  let done = 0
  for await (const chunk of file.chunks()) {
    yield chunk
    done += chunk.length
    progress.update(done)
  }
}

const texts = catalogue(
  {
    jsonNeedsFile: '--json needs a file as --out: the standard output has the result',
    bytesToTerminal:
      'The result is bytes, which are not for a terminal: name a file by --out, or send it through a pipe',
  },
  {
    jsonNeedsFile: '--json 要求 --out 是文件：标准输出用于结果',
    bytesToTerminal: '结果是字节，不宜显示在终端上：请用 --out 给出文件，或送入管道',
  },
)
