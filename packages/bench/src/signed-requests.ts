import { randomUUID } from 'node:crypto'
import { httpPost } from './http-request.js'
import { sign } from './servers/bare-signed.js'

export const KEY_ID = 'alias/bench'

export interface SignedRequest {
  readonly accessKey: { readonly id: string; readonly secret: string }
  readonly action: string
  readonly parameters: Readonly<Record<string, string>>
}

/** A request as Alibaba Cloud's RPC style has it; each is another one, since none may come twice. */
export function signedRequest({ accessKey, action, parameters }: SignedRequest): Buffer {
  const all = {
    ...parameters,
    Action: action,
    Version: '2016-01-20',
    Format: 'JSON',
    AccessKeyId: accessKey.id,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: new Date().toISOString().replace(/\.\d+/, ''),
  }
  const form = new URLSearchParams({ ...all, Signature: sign(all, accessKey.secret).toString('base64') })
  return httpPost('/', { 'content-type': 'application/x-www-form-urlencoded' }, form.toString())
}
