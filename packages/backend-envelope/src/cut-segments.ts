import { RUN_BYTES, type Run } from './segment.js'

/**
 * Cuts chunks of any size into runs of whole segments. What may be the end of the source is held back until the source
 * says so. The bytes of a run are valid until the next one is asked for: where a chunk holds whole segments, they are not
 * copied.
 *
 * @param size of a segment
 */
export async function* cutSegments(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Run> {
  const held = new Uint8Array(size)
  let filled = 0
  let index = 0
  try {
    for await (const chunk of source) {
      const missing = chunk.subarray(0, filled > 0 ? size - filled : 0)
      held.set(missing, filled)
      filled += missing.length
      let rest = chunk.subarray(missing.length)
      let ready = filled === size && rest.length > 0 ? 1 : 0
      if (ready > 0) filled = 0
      for (let count = countWhole(rest, size); ready + count > 0; count = countWhole(rest, size)) {
        const pieces = [held.subarray(0, ready * size), rest.subarray(0, count * size)]
        yield { pieces: pieces.filter(isNotEmpty), index, last: false }
        index += ready + count
        rest = rest.subarray(count * size)
        ready = 0
      }
      held.set(rest, filled)
      filled += rest.length
    }
    yield { pieces: [held.subarray(0, filled)], index, last: true }
  } finally {
    held.fill(0)
  }
}

function isNotEmpty({ length }: Uint8Array): boolean {
  return length > 0
}

/** How many segments of the chunk are certainly not the last one, up to what makes a run. */
function countWhole(chunk: Uint8Array, size: number): number {
  return Math.min(Math.floor(Math.max(0, chunk.length - 1) / size), Math.max(1, Math.floor(RUN_BYTES / size)))
}
