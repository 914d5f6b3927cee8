import { PART_BITS, PART_BYTES, writeLength } from './packet-frame.js'
import { PIECE_BYTES } from './piece-bytes.js'

const PART_WITH_LENGTH = 1 + PART_BYTES
/** A tag, parts, and what the last length may take beyond one byte. */
const MEMORY_BYTES = 1 + Math.ceil(PIECE_BYTES / PART_BYTES) * PART_WITH_LENGTH + 4

/**
 * Writes a packet whose length is not known before its end: in parts of 64 KiB, and a last one that is shorter.
 *
 * @param fleeting whether a piece need be valid only until the next one is asked for, and is then zeroed
 */
export async function* writePacket(
  tag: number,
  body: AsyncIterable<Uint8Array>,
  fleeting = false,
): AsyncGenerator<Uint8Array> {
  let memory = Buffer.allocUnsafeSlow(MEMORY_BYTES)
  memory[0] = 0xc0 | tag
  let part = 1
  let end = part + 1
  try {
    for await (const piece of body) {
      for (let at = 0; at < piece.length; ) {
        const copied = Math.min(part + PART_WITH_LENGTH - end, piece.length - at)
        memory.set(piece.subarray(at, at + copied), end)
        end += copied
        at += copied
        if (end < part + PART_WITH_LENGTH) continue
        memory[part] = 0xe0 | PART_BITS
        if (end + PART_WITH_LENGTH > memory.length) {
          yield memory.subarray(0, end)
          if (!fleeting) memory = Buffer.allocUnsafeSlow(MEMORY_BYTES)
          end = 0
        }
        part = end
        end = part + 1
      }
    }
    const length = writeLength(end - part - 1)
    memory.copyWithin(part + length.length, part + 1, end)
    memory.set(length, part)
    yield memory.subarray(0, end + length.length - 1)
  } finally {
    if (fleeting) memory.fill(0)
  }
}
