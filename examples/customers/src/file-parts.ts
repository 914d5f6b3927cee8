import { createReadStream } from 'node:fs'

export interface FilePart {
  readonly content: Uint8Array
  readonly last: boolean
}

const PART_BYTES = 8 * 1024 * 1024

/** A file in parts that fit into memory and into a message: all but the last have the same length. */
export async function* readParts(path: string, partBytes: number = PART_BYTES): AsyncGenerator<FilePart> {
  let former: Uint8Array | undefined
  for await (const content of createReadStream(path, { highWaterMark: partBytes })) {
    if (former) yield { content: former, last: false }
    former = content
  }
  yield { content: former ?? new Uint8Array(), last: true }
}
