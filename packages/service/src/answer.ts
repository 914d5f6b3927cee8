import type { ServerResponse } from 'node:http'
import type { Refusal } from './http-fault.js'

const POLICY = 'content-security-policy'

/** Sent with every answer: nothing of it is stored, guessed at, framed or run. */
export const securityHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  [POLICY]: "default-src 'none'; frame-ancestors 'none'",
} as const

export const JSON_TYPE = 'application/json; charset=utf-8'

/** The header of every answer that names the request in the service's logs. */
export const REQUEST_ID_HEADER = 'parasol-request-id'

export interface Answer {
  readonly status?: number
  readonly body: string
  readonly type?: string
  /** It was sent line by line: how long that took is the caller's affair. */
  readonly isStream?: boolean
  /** In place of the content security policy that lets nothing be shown. */
  readonly policy?: string
}

export function sendAnswer(response: ServerResponse, id: string, answer: Answer): void {
  const { status = 200, body, type, policy } = answer
  if (response.destroyed || response.headersSent) return
  const length = Buffer.byteLength(body)
  const own = ['content-type', type ?? JSON_TYPE, 'content-length', `${length}`, REQUEST_ID_HEADER, id]
  const security = policy === undefined ? flatSecurityHeaders : flatten({ ...securityHeaders, [POLICY]: policy })
  response.writeHead(status, [...security, ...own])
  response.end(body, length === body.length ? 'latin1' : 'utf8')
}

/** Names and values in turns, as `writeHead` takes them for the least. */
const flatten = (headers: Readonly<Record<string, string>>): readonly string[] => Object.entries(headers).flat()
const flatSecurityHeaders = flatten(securityHeaders)

/** Answers `{ code, message, requestId }`. */
export function sendRefusal(response: ServerResponse, id: string, refusal: Refusal): void {
  for (const [name, value] of Object.entries(extraHeaders[refusal.status] ?? {})) response.setHeader(name, value)
  sendAnswer(response, id, { status: refusal.status, body: refusalBody(id, refusal) })
}

export function refusalBody(requestId: string, { code, message }: Refusal): string {
  return JSON.stringify({ code, message, requestId })
}

const retry = { 'retry-after': '1' }
/** Sent with refusals beside the others, by status. */
export const extraHeaders: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'Bearer' },
  405: { allow: 'POST, GET' },
  429: retry,
  503: retry,
}
