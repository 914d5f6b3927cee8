import type { RunningService } from '@parasol/service'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseBatch } from '../src/batch.js'
import { operations } from '../src/callers.js'
import { parseFields } from '../src/json-fields.js'
import { parseRoute } from '../src/route.js'
import { crm, key, start } from './fixture.js'
import { LineExchange } from './lines.js'

interface Described {
  readonly content: Record<string, { schema: object }>
  readonly headers: Record<string, { required: boolean; schema: object }>
}
interface Operation {
  readonly responses: Record<string, Described>
  readonly requestBody?: Described
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { schemas: Record<string, object> }
}

let service: RunningService
let document: Document
let ajv: Ajv2020
beforeAll(async () => {
  service = await start({
    callers: [{ ...crm, operations: ['encrypt', 'decrypt', 'rewrap', 'metrics'] }],
    limits: { bodyBytes: 2_000 },
  })
  document = (await (await fetch(`${service.url}/openapi.json`)).json()) as Document
  ajv = new Ajv2020({ strict: false })
  ajv.addSchema(document, 'openapi')
})
afterAll(() => service.close())

it('is described by a document that OpenAPI knows', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

it('has every route in its description, and no other', () => {
  const posts = Object.entries(document.paths).flatMap(([path, { post }]) => (post ? [path] : []))
  const routes = posts.map((path) => parseRoute('POST', path.replace('{useCase}', 'x')))
  expect(routes.map(({ operation, isBatch }) => `${operation} ${isBatch}`)).toEqual(
    operations.flatMap((operation) => [`${operation} false`, `${operation} true`]),
  )
  const gets = Object.entries(document.paths).flatMap(([path, { get }]) => (get ? [path] : []))
  expect(gets).toEqual(['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'])
})

const record = { name: 'a', phone: '1' }
const encrypted = async (): Promise<Record<string, string>> =>
  (await (await send('POST', '/v1/customer/encrypt', record)).json()) as Record<string, string>

function send(method: string, path: string, body?: unknown, headers: object = {}): Promise<Response> {
  const sent = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers }
  return fetch(service.url + path, {
    method,
    headers: sent,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

const ANSWERS: [method: string, path: string, body?: () => unknown, headers?: object][] = [
  ['POST', '/v1/customer/encrypt', () => record],
  ['POST', '/v1/customer/decrypt', encrypted],
  ['POST', '/v1/customer/rewrap', async () => ({ kms_encrypt_key: (await encrypted())['kms_encrypt_key'] })],
  ['POST', '/v1/customer/encrypt/batch', () => [{ fields: record }, { fields: { kms_encrypt_key: 'x' }, context: {} }]],
  ['POST', '/v1/customer/decrypt/batch', () => [{ fields: { a: 'b' } }]],
  ['POST', '/v1/customer/rewrap/batch', () => [{ fields: {} }]],
  ['POST', '/v1/customer/encrypt', () => []],
  ['POST', '/v1/customer/encrypt', () => record, { authorization: 'Bearer x' }],
  ['POST', '/v1/customer/encrypt', () => record, { 'content-type': 'text/plain' }],
  ['POST', '/v1/customer/encrypt', () => ({ a: 'x'.repeat(3_000) })],
  ['POST', '/v1/other/encrypt', () => record],
  ['POST', '/v1/secret/rewrap', () => ({ kms_encrypt_key: 'enc1.kms-direct.AAAA' })],
  ['GET', '/v1/customer/encrypt'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
  ['GET', '/openapi.json'],
  ['GET', '/docs'],
  ['PUT', '/docs'],
]

it.each(ANSWERS)('answers %s %s as it is described', async (method, path, body, headers) => {
  const response = await send(method, path, await body?.(), headers)
  const template = path.replace(/^\/v1\/\w+/, '/v1/{useCase}')
  const methods = Object.values(document.paths[template] as Record<string, Operation>)
  const found = methods.find(({ responses }) => responses?.[response.status])
  const described = found?.responses[response.status]
  expect(described, `${response.status}`).toBeDefined()
  const { content, headers: named } = described as Described
  const [type, { schema } = { schema: {} }] = Object.entries(content)[0] as [string, { schema: object }]
  expect(response.headers.get('content-type')).toBe(type)
  for (const [name, header] of Object.entries(named)) check(header.schema, response.headers.get(name))
  if (type.startsWith('application/json')) check(schema, await response.json())
})

it('answers lines as they are described', async () => {
  const { replies } = await new LineExchange(service, '/v1/customer/encrypt/batch')
    .send({ fields: record }, 7)
    .end()
    .read()
  const described = document.paths['/v1/{useCase}/encrypt/batch']?.['post']?.responses['200']
  const schema = described?.content['application/x-ndjson']?.schema ?? {}
  expect([Object.keys(schema), replies.length]).toEqual([['$ref'], 3])
  for (const reply of replies) check(schema, reply)
})

function check(schema: object, value: unknown): void {
  const text = JSON.stringify(schema).replaceAll('#/components', 'openapi#/components')
  const validate = ajv.compile(JSON.parse(text))
  expect(validate(value) ? [] : validate.errors).toEqual([])
}

const accepts = (parse: () => unknown): boolean => {
  try {
    parse()
    return true
  } catch {
    return false
  }
}

it('takes what its description allows, and nothing else', () => {
  const takes = (name: string) => ajv.compile({ $ref: `openapi#/components/schemas/${name}` })
  const [fields, items] = [takes('Fields'), takes('Items')]
  const limits = { what: 'The body', maxFields: 1_000 }
  const strings = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 })
  const values = fc.oneof(
    strings,
    fc.jsonValue(),
    fc.array(fc.record({ fields: fc.oneof(strings, fc.jsonValue()), context: strings }, { requiredKeys: [] })),
    fc.array(fc.record({ fields: strings, context: strings, more: strings }, { requiredKeys: ['fields'] })),
  )
  fc.assert(
    fc.property(values, (value) => {
      const text = JSON.stringify(value)
      // The one name that is refused although JSON has nothing against it: programs confuse it with something else.
      fc.pre(!text.includes('__proto__'))
      const bytes = Buffer.from(text)
      expect(accepts(() => parseFields(bytes, limits))).toBe(fields(value))
      expect(accepts(() => parseBatch(bytes, limits))).toBe(items(value))
    }),
    { numRuns: 500 },
  )
})

it('shows its description as a page that loads and runs nothing', async () => {
  const response = await fetch(`${service.url}/docs`)
  const html = await response.text()
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; /)
  expect(html).not.toMatch(/<script|<img|<link|\bon\w+=|https?:|style="/)
  for (const path of Object.keys(document.paths)) expect(html).toContain(path)
  const anchors = [...html.matchAll(/href="#(\w+)"/g)].map(([, id]) => id)
  expect(anchors.length).toBeGreaterThan(0)
  for (const id of anchors) expect(html).toContain(`id="${id}"`)
})
