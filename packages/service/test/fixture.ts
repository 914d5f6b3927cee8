import { request } from 'node:http'
import { connect } from 'node:net'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { type CryptoRouter, createCrypto } from '@parasol/core'
import {
  type Caller,
  createApiKey,
  hashApiKey,
  type RunningService,
  type ServiceOptions,
  startService,
} from '@parasol/service'
import { FakeKms } from '@parasol/testing'

export const kms: FakeKms = new FakeKms()
export const crypto: CryptoRouter = createCrypto(
  [new EnvelopeProvider({ kms, keyId: 'alias/test' }), new KmsDirectProvider({ kms, keyId: 'alias/test' })],
  {
    customer: { scheme: 'envelope' },
    secret: { scheme: 'kms-direct' },
    moving: { scheme: 'envelope', reads: ['kms-direct'] },
    客户: { scheme: 'envelope' },
  },
)

export const key: string = createApiKey()
export const crm: Caller = {
  name: 'crm',
  keyHashes: [hashApiKey(key)],
  useCases: ['customer', 'secret', 'moving', '客户'],
  operations: ['encrypt', 'decrypt'],
}

export function start(options: Partial<ServiceOptions> = {}): Promise<RunningService> {
  return startService({ crypto, callers: [crm], ...options })
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly json: Record<string, string>
}

export interface Sent {
  readonly context?: Readonly<Record<string, string>> | string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
}

/** Sends a body, as JSON unless it is text or bytes. */
export async function post(
  service: { readonly url: string },
  path: string,
  body: unknown,
  sent: Sent = {},
): Promise<Reply> {
  const { context, method = 'POST' } = sent
  const header = typeof context === 'object' ? JSON.stringify(context) : context
  const raw = typeof body === 'string' || body instanceof Uint8Array || body === undefined
  const response = await fetch(service.url + path, {
    method,
    headers: {
      authorization: `Bearer ${sent.key ?? key}`,
      'content-type': 'application/json',
      ...(header === undefined ? {} : { 'parasol-context': header }),
      ...sent.headers,
    },
    ...(method === 'GET' ? {} : { body: raw ? (body ?? null) : JSON.stringify(body) }),
  } as RequestInit)
  return { status: response.status, headers: response.headers, json: (await response.json()) as Reply['json'] }
}

/** Sends bytes as they are and gives all that comes back until the connection ends. */
export function sendRaw({ host, port }: RunningService, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

/** A request whose body is sent in parts, when the test wants it. */
export function open(service: RunningService, path: string): ReturnType<typeof request> {
  return request(service.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  })
}
