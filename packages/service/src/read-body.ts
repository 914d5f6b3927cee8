import type { IncomingMessage } from 'node:http'
import { HttpFault } from './http-fault.js'

/**
 * Reads the body of a request, as long as it is JSON in UTF-8, not compressed, and not too long. How long it may take
 * is the server's to say.
 *
 * @throws HttpFault
 */
export function readBody(request: IncomingMessage, maxBytes: number, types: RegExp = JSON_TYPES): Promise<Buffer> {
  requirePlainBody(request, types)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new HttpFault('BODY_TOO_LARGE')
  return collect(request, maxBytes)
}

/** @throws HttpFault UNSUPPORTED_MEDIA_TYPE, LENGTH_REQUIRED */
export function requirePlainBody({ headers }: IncomingMessage, types: RegExp): void {
  if (!types.test(headers['content-type'] ?? '') || (headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new HttpFault('UNSUPPORTED_MEDIA_TYPE')
  }
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    throw new HttpFault('LENGTH_REQUIRED')
  }
}

const JSON_TYPES = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBytes) return reject(new HttpFault('BODY_TOO_LARGE'))
      chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    request.on('error', () => reject(new HttpFault('BODY_INCOMPLETE')))
    request.on('close', () => {
      if (!request.complete) reject(new HttpFault('BODY_INCOMPLETE'))
    })
  })
}
