import { CryptoError } from '@parasol/core'
import { formatRequest, send, signed } from '../kms-requests.js'
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
      samples: actions.map((action) => Buffer.from(formatRequest(signed(action, server.accessKey)))),
      share: 0.5,
      secrets: () => [PLAINTEXT, server.accessKey.secret],
      feed: exchange,
    },
    {
      name: 'kmsParameters',
      samples: actions.map((action) => Buffer.from(JSON.stringify(action))),
      share: 0.5,
      secrets: () => [PLAINTEXT, server.accessKey.secret],
      feed: (input) => exchange(Buffer.from(formatRequest(signed(parametersOf(input), server.accessKey)))),
    },
  ]
}

/** The names and values that stand in what is left of the JSON; names and values are swapped about by then. */
function parametersOf(input: Uint8Array): Record<string, string> {
  const pairs = latin1(input).matchAll(/"([^"]*)"\s*:\s*"((?:[^"\\]|\\.)*)/g)
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value.replaceAll('\\"', '"')]))
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
