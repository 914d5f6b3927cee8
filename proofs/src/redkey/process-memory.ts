import { type FileHandle, open, readFile } from 'node:fs/promises'

const CHUNK = 4 * 1024 * 1024

/** The memory of a process that can be read, chunk by chunk, on Linux. Stop the process first. */
export async function* processMemory(pid: number, overlap: number): AsyncGenerator<Buffer> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8')
  await using memory = await open(`/proc/${pid}/mem`, 'r')
  const buffer = Buffer.alloc(CHUNK)
  for (const [start, end] of readableRegions(maps)) {
    for (let at = start; at < end; at += CHUNK - overlap) {
      const length = await readAt(memory, buffer, at, Math.min(CHUNK, end - at))
      if (length > 0) yield buffer.subarray(0, length)
      if (at + CHUNK >= end) break
    }
  }
}

function readableRegions(maps: string): [start: number, end: number][] {
  return [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) r\S+ .*$/gm)]
    .filter(([line]) => !/\[(vvar|vsyscall|vdso)/.test(line))
    .map(([, start = '', end = '']) => [Number.parseInt(start, 16), Number.parseInt(end, 16)])
}

/** Pages of a mapped file beyond its end cannot be read. */
async function readAt(memory: FileHandle, buffer: Buffer, position: number, length: number): Promise<number> {
  try {
    return (await memory.read(buffer, 0, length, position)).bytesRead
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return 0
    throw error
  }
}
