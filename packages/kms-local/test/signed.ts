import { randomUUID } from 'node:crypto'
import { type AccessKey, signRequest } from '@parasol/kms-local'

export type Fields = Readonly<Record<string, string>>

/** The parameters of a request that is signed as Alibaba's clients sign it. */
export function signed(method: string, { id, secret }: AccessKey, fields: Fields): Map<string, string> {
  const parameters = new Map(
    Object.entries({
      Format: 'JSON',
      Version: '2016-01-20',
      Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
      SignatureNonce: randomUUID(),
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      AccessKeyId: id,
      ...fields,
    }),
  )
  const signature = signRequest(method, parameters, secret, parameters.get('SignatureMethod'))
  return parameters.set('Signature', signature.toString('base64'))
}

export function form(parameters: Iterable<[string, string]>): string {
  return [...parameters].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
}
