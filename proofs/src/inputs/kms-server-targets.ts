import { connect } from 'node:net'
import { CryptoError } from '@parasol/core'
import { signRequest } from '@parasol/kms-local'
import type { LocalKmsServer } from '../local-kms-server.js'
import { latin1, type Target } from './target.js'

const PLAINTEXT = 'MTM4MDAxMzgwMDA='

/** The local KMS over its socket: raw bytes of strangers, and parameters of somebody who holds an access key. */
export function kmsServerTargets(server: LocalKmsServer): readonly Target[] {
  const actions = [
    { Action: 'Encrypt', KeyId: 'alias/proof', Plaintext: PLAINTEXT, EncryptionContext: '{"row":"7"}' },
    { Action: 'GenerateDataKey', KeyId: 'alias/proof', NumberOfBytes: '32' },
    { Action: 'ListKeys', PageNumber: '1', PageSize: '10' },
    { Action: 'Decrypt', CiphertextBlob: Buffer.alloc(80, 1).toString('base64') },
    { Action: 'CreateAlias', KeyId: 'alias/proof', AliasName: 'alias/other' },
  ]
  const exchange = async (request: Uint8Array): Promise<'taken' | 'wrongly'> => read(await send(server.port, request))
  return [
    {
      name: 'kmsHttp',
      samples: actions.map((action) => Buffer.from(post(signed(action, server)))),
      share: 0.5,
      secrets: () => [PLAINTEXT, server.accessKey.secret],
      feed: exchange,
    },
    {
      name: 'kmsParameters',
      samples: actions.map((action) => Buffer.from(JSON.stringify(action))),
      share: 0.5,
      secrets: () => [PLAINTEXT, server.accessKey.secret],
      feed: (input) => exchange(Buffer.from(post(signed(parametersOf(input), server)))),
    },
  ]
}

let nonce = 0

function signed(action: Readonly<Record<string, string>>, { accessKey }: LocalKmsServer): ReadonlyMap<string, string> {
  const parameters = new Map(
    Object.entries({
      Version: '2016-01-20',
      Format: 'JSON',
      AccessKeyId: accessKey.id,
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: String(nonce++),
      Timestamp: new Date().toISOString().replace(/\.\d+/, ''),
      ...action,
    }),
  )
  const signature = signRequest('POST', parameters, accessKey.secret)
  return parameters.set('Signature', signature.toString('base64'))
}

function post(parameters: ReadonlyMap<string, string>): string {
  const body = [...parameters].map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
  const head = ['POST / HTTP/1.1', 'host: localhost', 'content-type: application/x-www-form-urlencoded']
  return `${[...head, `content-length: ${body.length}`, 'connection: close'].join('\r\n')}\r\n\r\n${body}`
}

/** The names and values that stand in what is left of the JSON; names and values are swapped about by then. */
function parametersOf(input: Uint8Array): Record<string, string> {
  const pairs = latin1(input).matchAll(/"([^"]*)"\s*:\s*"((?:[^"\\]|\\.)*)/g)
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value.replaceAll('\\"', '"')]))
}

async function send(port: number, request: Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  // A reset after the answer, or instead of it, shows in what was read.
  socket.on('error', () => undefined)
  socket.end(request)
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}

/** A refusal becomes the error that a client would see; what is not an answer of the API, or blames the server, is wrong. */
function read(response: string): 'taken' | 'wrongly' {
  if (response === '') throw new CryptoError('INVALID_INPUT', 'The connection was closed without an answer')
  // Two requests that were made of one have two answers; the first counts.
  const [, status = '', body = ''] = /^HTTP\/1\.1 (\d{3})[\s\S]*?\r\n\r\n(\{[^\n]*?\})(?:HTTP|$)/.exec(response) ?? []
  if (status === '200' && body.includes('"RequestId"')) return 'taken'
  const code = /"Code":"([\w.]+)"/.exec(body)?.[1]
  if (!/^4\d\d$/.test(status) || code === undefined) return 'wrongly'
  throw new CryptoError('INVALID_INPUT', body)
}
