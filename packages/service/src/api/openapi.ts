import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { type Operation, operations } from '../callers.js'
import { CONTEXT_HEADER } from '../context-header.js'
import { LINES_TYPE } from '../lines/line-answer.js'
import { REQUEST_ID, REQUEST_ID_GIVEN } from '../request-id.js'
import { ref } from './ref.js'
import { answerOf, type Json, jsonOf, refusalsOf } from './responses.js'
import { type SchemaName, schemas } from './schemas.js'

/** The service in OpenAPI 3.1: made of the tables and schemas by which it works. */
export function openApiDocument(): Json {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return {
    openapi: '3.1.1',
    info: {
      title: 'Parasol',
      version,
      summary: 'Encrypts and decrypts records',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, { signature: [] }, { certificate: [] }, {}],
    paths: { ...Object.fromEntries(operations.flatMap(recordPaths)), ...operatorPaths(), ...descriptionPaths() },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)])),
      securitySchemes,
    },
  }
}

const one = {
  encrypt: { summary: 'Encrypt a record', takes: 'Fields', gives: 'EncryptedRecord' },
  decrypt: {
    summary: 'Decrypt a record, or some of its fields with the green key',
    takes: 'EncryptedRecord',
    gives: 'Fields',
  },
  rewrap: { summary: "Renew a green key under the KMS key's newest version", takes: 'GreenKey', gives: 'GreenKey' },
} as const satisfies Readonly<Record<Operation, { summary: string; takes: SchemaName; gives: SchemaName }>>

function recordPaths(operation: Operation): readonly (readonly [path: string, item: Json])[] {
  const { summary, takes, gives } = one[operation]
  const refusals = refusalsOf('all')
  const many = { ...jsonOf(ref('Outcomes')), [LINES_TYPE]: { schema: ref('Line') } }
  return [
    [
      `/v1/{useCase}/${operation}`,
      {
        parameters: [useCase, context, requestId],
        post: {
          operationId: operation,
          summary,
          requestBody: { required: true, content: { 'application/json': { schema: ref(takes) } } },
          responses: { 200: answerOf(meaningOf(gives), jsonOf(ref(gives))), ...refusals },
        },
      },
    ],
    [
      `/v1/{useCase}/${operation}/batch`,
      {
        parameters: [useCase, requestId],
        post: {
          operationId: `${operation}Batch`,
          summary: `The same for many records; with ${LINES_TYPE} one a line, as many as there are, answered line by line`,
          requestBody: {
            required: true,
            content: { 'application/json': { schema: ref('Items') }, [LINES_TYPE]: { schema: ref('Item') } },
          },
          responses: { 200: answerOf('What became of each record, in the order of the request', many), ...refusals },
        },
      },
    ],
  ]
}

const useCase = {
  name: 'useCase',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'What the data is for, as the configuration of the service names it',
}

const context = {
  name: CONTEXT_HEADER,
  in: 'header',
  schema: { type: 'string' },
  description:
    'The encryption context, an object as in the schema Context: as JSON in ASCII, the same percent-encoded, or in base64url. Without the header it is empty',
}

const requestId = {
  name: REQUEST_ID_GIVEN,
  in: 'header',
  schema: { type: 'string', pattern: REQUEST_ID.source },
  description: 'What the logs shall call the request; what is no such name is passed over',
}

/** For those who keep the service running. */
function operatorPaths(): Json {
  const ready = answerOf('It can work', jsonOf(ref('Readiness')))
  const open = { security: [{}] }
  return {
    '/healthz': probe({
      ...open,
      operationId: 'health',
      summary: 'Whether the process lives',
      responses: { 200: answerOf('It lives', jsonOf(ref('Health'))) },
    }),
    '/readyz': probe({
      ...open,
      operationId: 'readiness',
      summary: 'Whether it can work',
      responses: { 200: ready, 503: { ...ready, description: 'It cannot work' } },
    }),
    '/metrics': {
      get: {
        operationId: 'metrics',
        summary: "Counts in Prometheus's text format",
        responses: {
          200: answerOf('Metrics', { 'text/plain; version=0.0.4; charset=utf-8': { schema: { type: 'string' } } }),
          ...refusalsOf(new Set(['UNAUTHORIZED', 'FORBIDDEN', 'METHOD_NOT_ALLOWED', 'MISDIRECTED', 'OVERLOADED'])),
        },
      },
    },
  }
}

/** What describes the service itself. */
function descriptionPaths(): Json {
  const page = (operationId: string, summary: string, content: Json, own?: Json) =>
    probe({ security: [{}], operationId, summary, responses: { 200: answerOf(summary, content, own) } })
  return {
    '/openapi.json': page('openapi', 'This description', jsonOf({ type: 'object' })),
    '/docs': page(
      'docs',
      'The same for people',
      { 'text/html; charset=utf-8': { schema: { type: 'string' } } },
      { 'content-security-policy': { required: true, schema: { type: 'string' } } },
    ),
  }
}

function probe(get: Json & { readonly responses: Json }): Json {
  const responses = { ...get.responses, ...refusalsOf(new Set(['METHOD_NOT_ALLOWED'])) }
  return { get: { ...get, responses } }
}

function meaningOf(name: SchemaName): string {
  return schemas[name].description ?? name
}

function jsonSchema(schema: z.ZodType): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema)
  return rest
}

const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of the service' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature',
    description: 'HTTP Message Signatures (RFC 9421) by HMAC-SHA256, with Signature-Input and Content-Digest',
  },
  certificate: { type: 'mutualTLS', description: 'A client certificate' },
}
