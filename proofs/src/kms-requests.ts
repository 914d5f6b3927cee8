import { connect } from 'node:net'
import { signRequest } from '@parasol/kms-local'

export interface Signer {
  readonly id: string
  readonly secret: string
}

export type RequestParameters = ReadonlyMap<string, string>

let nonce = 0

/** The parameters of a request, with those of the protocol, signed; what is given goes before what would be made. */
export function signed(
  given: Readonly<Record<string, string>>,
  { id, secret }: Signer,
  method = 'POST',
): RequestParameters {
  const parameters = new Map(
    Object.entries({
      Version: '2016-01-20',
      Format: 'JSON',
      AccessKeyId: id,
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: String(nonce++),
      Timestamp: timestamp(new Date()),
      ...given,
    }),
  )
  const signature = signRequest(method, parameters, secret)
  return parameters.set('Signature', signature.toString('base64'))
}

export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+/, '')
}

/** A whole HTTP request. */
export function formatRequest(parameters: RequestParameters, method = 'POST'): string {
  const form = [...parameters].map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
  if (method === 'GET') return `GET /?${form} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`
  const head = [`${method} / HTTP/1.1`, 'host: localhost', 'content-type: application/x-www-form-urlencoded']
  return `${[...head, `content-length: ${form.length}`, 'connection: close'].join('\r\n')}\r\n\r\n${form}`
}

/** Sends bytes to a port of this machine and gives all that comes back; nothing, if the connection is reset. */
export async function send(port: number, request: Uint8Array | string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  // A reset after the answer, or instead of it, shows in what was read.
  socket.on('error', () => undefined)
  socket.end(request)
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}
