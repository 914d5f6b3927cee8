import type { IncomingMessage } from 'node:http'
import { allocateSecret } from '@parasol/core'

/** More than any answer of the service is long. */
const MAX_BYTES = 64 * 1024

/**
 * The body of a response in one piece, for the reader to zero; undefined if it is longer than an answer can be. The
 * pieces that it came in are zeroed, also when it breaks off. Rejects with Node's error if it does.
 */
export function readBody(response: IncomingMessage): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  let length = 0
  return new Promise((resolve, reject) => {
    const wipe = (): void => {
      for (const piece of pieces) piece.fill(0)
    }
    response.on('data', (piece: Buffer) => {
      pieces.push(piece)
      length += piece.length
      if (length > MAX_BYTES) response.destroy()
    })
    response.once('end', () => resolve(join(pieces, length)))
    response.once('error', (error) => (length > MAX_BYTES ? resolve(undefined) : reject(error)))
    response.once('close', () => {
      wipe()
      resolve(undefined)
    })
  })
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const body = allocateSecret(length)
  let position = 0
  for (const piece of pieces) {
    body.set(piece, position)
    position += piece.length
  }
  return body
}
