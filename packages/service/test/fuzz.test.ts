import { connect } from 'node:net'
import type { RequestReport, RunningService } from '@parasol/service'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { key, post, start } from './fixture.js'

const reports: RequestReport[] = []
let service: RunningService
beforeAll(async () => {
  service = await start({
    limits: { bodyBytes: 20_000, arrivalMs: 2_000 },
    onRequest: (report) => void reports.push(report),
  })
})
afterAll(() => service.close())

const RUNS = Number(process.env['PARASOL_FUZZ_RUNS'] ?? 200)
const names = fc.constantFrom(
  'a',
  '__proto__',
  'constructor',
  'toString',
  'kms_encrypt_key',
  '',
  '\\u0061',
  '\ud83d',
  '客',
)
const tokens = fc.constantFrom(
  'enc1.envelope.AAAA',
  'enc1.gpg.AA',
  'enc1..',
  'enc1.envelope.',
  'x'.repeat(3_000),
  '\\ud800',
)
const json = fc.oneof(
  fc.json({ maxDepth: 5 }),
  fc.dictionary(names, fc.oneof(fc.string(), tokens)).map((value) => JSON.stringify(value)),
  fc
    .array(
      fc.record({ fields: fc.dictionary(names, tokens), context: fc.dictionary(names, tokens) }, { requiredKeys: [] }),
    )
    .map((value) => JSON.stringify(value)),
  fc
    .array(fc.tuple(names, tokens))
    .map((pairs) => `{${pairs.map(([name, value]) => `"${name}":"${value}"`).join(',')}}`),
  fc.integer({ min: 1, max: 9_000 }).map((depth) => '{"a":'.repeat(depth / 3)),
)
const body = fc.oneof(
  json.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(json, fc.nat(), fc.nat(255)).map(([text, at, value]) => {
    const bytes = Buffer.from(text)
    if (bytes.length > 0) bytes[at % bytes.length] = value
    return bytes
  }),
)
const path = fc
  .tuple(
    fc.constantFrom('customer', 'secret', 'moving', '%E5%AE%A2%E6%88%B7', 'nothing', '__proto__', '%00'),
    fc.constantFrom('encrypt', 'decrypt', 'encrypt/batch', 'decrypt/batch', '__proto__', 'encrypt/batch/', '..'),
  )
  .map((parts) => `/v1/${parts.join('/')}`)
const context = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(
    '{}',
    '{"id":"1"}',
    '{"id":"1","id":"2"}',
    '{"__proto__":"x"}',
    '[]',
    '%7B%7D',
    '%7B%',
    'e30',
    'e30=',
    '{"a":{}}',
  ),
  fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
)

it('answers whatever body, path and context with a refusal of the caller, never with a failure of its own', async () => {
  await fc.assert(
    fc.asyncProperty(path, body, context, async (path, body, context) => {
      const reply = await post(service, path, body, context === undefined ? {} : { context })
      expect(reply.status).toBeLessThan(500)
      if (reply.status !== 200)
        expect(reply.json).toEqual({
          code: expect.any(String),
          message: expect.any(String),
          requestId: expect.any(String),
        })
    }),
    { numRuns: RUNS },
  )
}, 120_000)

const lines = fc.constantFrom(
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 5, 5',
  'Content-Length: 99999999999999999999',
  'Content-Length: 0x5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding : chunked',
  'Expect: 100-continue',
  'Expect: everything',
  'Upgrade: websocket',
  'Connection: upgrade',
  'Connection: close',
  'Content-Type: application/json',
  'Content-Encoding: br',
  `Authorization: Bearer ${key}`,
  'Parasol-Context: {}',
  ': x',
  'a b: c',
  '\0: x',
  ' folded',
)
const tails = fc.constantFrom(
  '',
  '{}',
  '{"a":"b"}',
  '5\r\n{"a":\r\n0\r\n\r\n',
  '9\r\n{"a":"b"}\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '-1\r\n',
  '9;x=y\r\n{"a":"b"}\r\n0\r\nX: y\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
)

it('survives requests that are no HTTP, and tricks with lengths and chunks', async () => {
  const starts = fc.constantFrom(
    'POST /v1/customer/encrypt HTTP/1.1',
    'GET /healthz HTTP/1.1',
    'CONNECT a:1 HTTP/1.1',
    'POST * HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'POST http://b/ HTTP/1.1',
    'PRI * HTTP/2.0',
    'POST /v1/customer/encrypt HTTP/0.9',
    '\x16\x03\x01',
  )
  await fc.assert(
    fc.asyncProperty(starts, fc.array(lines, { maxLength: 8 }), tails, async (start, headers, tail) => {
      const answer = await exchange([start, 'Host: a', ...headers, '', tail].join('\r\n'))
      expect(answer).not.toMatch(/^HTTP\/1.1 500/m)
    }),
    { numRuns: RUNS },
  )
  expect(reports.length).toBeGreaterThan(RUNS)
  expect(reports.filter(({ status }) => status >= 500)).toEqual([])
  expect((await post(service, '/v1/customer/encrypt', { a: 'b' })).status).toBe(200)
}, 120_000)

/** Sends bytes, says that no more will come, and gives what comes back until the end. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(service.port, service.host, () => socket.end(text, 'latin1'))
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })
}
