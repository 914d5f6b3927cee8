import { extraHeaders, JSON_TYPE, REQUEST_ID_HEADER, securityHeaders } from '../answer.js'
import { allRefusals } from '../http-fault.js'
import { ref } from './ref.js'

export type Json = { readonly [name: string]: unknown }

/** An answer with one body, or several of which the request chooses one. */
export function answerOf(description: string, content: Json, ownHeaders: Json = {}): Json {
  return { description, headers: { ...headersOf(200), ...ownHeaders }, content }
}

/** JSON of one of the schemas. */
export function jsonOf(schema: Json): Json {
  return { [JSON_TYPE]: { schema } }
}

/** The refusals that a path may answer, one for each status, with the codes that it may have. */
export function refusalsOf(codes: ReadonlySet<string> | 'all'): Json {
  const possible = allRefusals().filter(({ code }) => codes === 'all' || codes.has(code))
  const statuses = [...new Set(possible.map(({ status }) => status))].sort((a, b) => a - b)
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      refusalOf(
        status,
        possible.filter((one) => one.status === status),
      ),
    ]),
  )
}

function refusalOf(status: number, refusals: readonly { readonly code: string; readonly message: string }[]): Json {
  const codes = refusals.map(({ code }) => code)
  const schema = { allOf: [ref('Refusal'), { properties: { code: { enum: codes } } }] }
  const texts = refusals.map(({ code, message }) => (message === '' ? code : `${code}: ${message}`))
  return { description: texts.join('. '), headers: headersOf(status), content: jsonOf(schema) }
}

const meanings: Readonly<Record<string, string>> = {
  [REQUEST_ID_HEADER]: 'What the logs of the service call the request',
  'retry-after': 'After how many seconds to try again',
  'www-authenticate': 'How to say who calls',
  allow: 'The methods that there are',
}

function headersOf(status: number): Json {
  const fixed = { ...securityHeaders, ...extraHeaders[status] }
  const headers = Object.entries(fixed).map(([name, value]) => [name, headerOf(name, { type: 'string', const: value })])
  return Object.fromEntries([[REQUEST_ID_HEADER, headerOf(REQUEST_ID_HEADER, { type: 'string' })], ...headers])
}

function headerOf(name: string, schema: Json): Json {
  const description = meanings[name]
  return { ...(description === undefined ? {} : { description }), required: true, schema }
}
