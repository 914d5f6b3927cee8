import { CryptoError } from '@parasol/core'
import { formatRequest, send, signed } from '../kms-requests.js'
import type { LocalKmsServer } from '../local-kms-server.js'
import { latin1, type Target } from './target.js'

const PLAINTEXT = 'MTM4MDAxMzgwMDA='

/** The local KMS over its socket: raw bytes of strangers, and parameters of somebody who holds an access key. */
export function kmsServerTargets(server: LocalKmsServer): readonly Target[] {
  const actions = actionsOf(server)
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
    {
      name: 'kmsXml',
      samples: actions.map((action) => Buffer.from(JSON.stringify(action))),
      share: 0.25,
      secrets: () => [PLAINTEXT, server.accessKey.secret],
      feed: async (input) => {
        const parameters = { ...parametersOf(input), Format: 'XML' }
        return readXml(await send(server.port, formatRequest(signed(parameters, server.accessKey))))
      },
    },
  ]
}

/** One of each family of operations. */
function actionsOf({ service }: LocalKmsServer): readonly Readonly<Record<string, string>>[] {
  const KeyId = service.findKey('alias/proof') ?? ''
  const KeyVersionId = service.describeKey(KeyId).primaryVersion.id
  const [Digest, Value] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(256, 1).toString('base64')]
  const policy = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
  return [
    { Action: 'Encrypt', KeyId: 'alias/proof', Plaintext: PLAINTEXT, EncryptionContext: '{"row":"7"}' },
    { Action: 'GenerateDataKey', KeyId: 'alias/proof', NumberOfBytes: '32' },
    { Action: 'ListKeys', PageNumber: '1', PageSize: '10', Filters: '[{"Key":"KeyState","Values":["Enabled"]}]' },
    { Action: 'Decrypt', CiphertextBlob: Buffer.alloc(80, 1).toString('base64') },
    { Action: 'ReEncrypt', CiphertextBlob: Value, DestinationKeyId: KeyId, SourceEncryptionContext: '{"row":"7"}' },
    { Action: 'CreateAlias', KeyId: 'alias/proof', AliasName: 'alias/other' },
    { Action: 'CreateKey', KeySpec: 'EC_P256', KeyUsage: 'SIGN/VERIFY', Tags: '[{"TagKey":"a","TagValue":"b"}]' },
    { Action: 'AsymmetricVerify', KeyId, KeyVersionId, Algorithm: 'ECDSA_SHA_256', Digest, Value },
    { Action: 'VerifyMac', KeyId, Algorithm: 'HMAC_SHA_256', Message: Digest, Mac: Value },
    { Action: 'ImportKeyMaterial', KeyId, ImportToken: Value, EncryptedKeyMaterial: Value, KeyMaterialExpireUnix: '0' },
    { Action: 'TagResources', ResourceType: 'key', 'ResourceId.1': KeyId, 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' },
    { Action: 'UpdateRotationPolicy', KeyId, EnableAutomaticRotation: 'true', RotationInterval: '30d' },
    { Action: 'AssumeRole', Version: '2015-04-01', RoleArn: 'acs:ram::0:role/a', RoleSessionName: 'a', Policy: policy },
    { Action: 'Encrypt', KeyId, Plaintext: PLAINTEXT, DryRun: 'true', SecurityToken: Value },
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

/** The same of XML, as which everything is answered that names it so that it can be read. */
function readXml(response: string): 'taken' | 'wrongly' {
  const [, status = '', type = ''] = /^HTTP\/1\.1 (\d{3})[\s\S]*?\r\ncontent-type: ([^\r]*)/.exec(response) ?? []
  if (!type.startsWith('text/xml')) return read(response)
  const [, root, code] =
    /<\?xml[^>]*\?><(\w+)>(?:<HttpStatus>\d{3}<\/HttpStatus><Code>([\w.]+)<\/Code>)?/.exec(response) ?? []
  if (status === '200' && root?.endsWith('Response') && response.includes(`</${root}>`)) return 'taken'
  if (!/^4\d\d$/.test(status) || root !== 'KMS' || code === undefined) return 'wrongly'
  throw new CryptoError('INVALID_INPUT', response)
}
