import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError, createCrypto } from '@parasol/core'
import { createApiKey, hashApiKey, startService } from '@parasol/service'
import { FakeKms } from '@parasol/testing'
import { feed, type Tally } from '../inputs/feed.js'
import { type Target, windows } from '../inputs/target.js'
import { send } from '../kms-requests.js'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'

/** Of all kinds together. */
const REQUESTS = { short: 3_000, full: 100_000 } as const
const CONTROL_REQUESTS = 300
const MAX_CPU_MS = 500

export const serviceInputs: Proof = {
  name: 'service-inputs',
  claim: 'Hostile requests neither crash the service nor get a failure of its own, and no refusal shows what they hold',
  goal: `wrong = shown = hung = honestRefused = 0, slowestCpuMs <= ${MAX_CPU_MS}`,

  async measure(context) {
    const key = createApiKey()
    // A stream of lines may hold thousands of records: what they cost should be the service's, not the KMS's.
    const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/proof', dataKeys: { reuse: {} } })
    await using service = await startService({
      crypto: createCrypto([provider], { customer: { scheme: 'envelope' } }),
      callers: [
        {
          name: 'proof',
          keyHashes: [hashApiKey(key)],
          useCases: ['customer'],
          operations: ['encrypt', 'decrypt', 'rewrap'],
        },
      ],
      limits: { bodyBytes: 65_536, arrivalMs: 3_000 },
    })
    return await feedAll(service.port, key, REQUESTS[context.scale], context)
  },

  /** A service that trusts what it reads, and says what it could not. */
  async control(context): Promise<Finding> {
    const careless = createServer((request, response) => {
      let text = ''
      request.on('error', () => undefined)
      request.on('data', (chunk) => {
        text += chunk
      })
      request.on('end', () => {
        try {
          response.end(JSON.stringify({ record: Object.keys(JSON.parse(text)) }))
        } catch (error) {
          response.writeHead(500).end(String(error))
        }
      })
    })
    careless.listen(0, '127.0.0.1')
    await once(careless, 'listening')
    try {
      return await feedAll((careless.address() as AddressInfo).port, createApiKey(), CONTROL_REQUESTS, context)
    } finally {
      careless.close()
    }
  },
}

async function feedAll(port: number, key: string, count: number, { seed, progress }: ProofContext): Promise<Finding> {
  const targets = targetsOf(port, key)
  const each = Math.ceil(count / targets.length)
  const random = randomFrom(seed)
  let done = 0
  const tallies: Tally[] = []
  for (const target of targets) tallies.push(await feed(target, each, random, () => progress(done++, count)))
  const sum = (name: keyof Tally): number => tallies.reduce((all, tally) => all + tally[name], 0)
  const figures = {
    requests: sum('inputs'),
    answered: sum('taken'),
    wrong: sum('takenWrongly') + sum('untypedErrors'),
    shown: sum('shown'),
    hung: sum('hung'),
    honestRefused: sum('samplesRefused'),
    slowestCpuMs: Math.max(...tallies.map(({ slowestCpuMs }) => slowestCpuMs)),
  }
  const { wrong, shown, hung, honestRefused, slowestCpuMs } = figures
  return { figures, holds: wrong + shown + hung + honestRefused === 0 && slowestCpuMs <= MAX_CPU_MS }
}

const RECORD = '{"phone":"13800138000-of-a-person","name":"张三 of the village"}'
const SECRETS = windows('13800138000-of-a-person')

/** The bodies of each kind of request, and whole requests, from the first byte on. */
function targetsOf(port: number, key: string): readonly Target[] {
  const body = (path: string, type: string, samples: readonly string[], headers: readonly string[] = []): Target => ({
    name: path,
    samples: samples.map((sample) => Buffer.from(sample)),
    share: 1,
    secrets: () => SECRETS,
    feed: async (input) => read(await send(port, request(key, path, type, input, headers))),
  })
  const item = `{"fields":${RECORD},"context":{"row":"17"}}`
  const token = `{"phone":"enc1.envelope.${'A'.repeat(120)}","kms_encrypt_key":"enc1.envelope.${'B'.repeat(200)}"}`
  const whole = request(key, '/v1/customer/encrypt', 'application/json', Buffer.from(RECORD), [
    'parasol-context: {"row":"17"}',
  ])
  const chunked = Buffer.from(
    `POST /v1/customer/encrypt/batch HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${key}\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${Buffer.byteLength(item).toString(16)}\r\n${item}\r\n0\r\n\r\n`,
  )
  return [
    body('/v1/customer/encrypt', 'application/json', [RECORD, token]),
    body('/v1/customer/decrypt/batch', 'application/json', [`[{"fields":${token}}]`, `[${item}]`]),
    body('/v1/customer/encrypt/batch', 'application/json', [`[${item},${item}]`]),
    body('/v1/customer/encrypt/batch', 'application/x-ndjson', [`${item}\n${item}\n`]),
    {
      name: 'http',
      samples: [whole, chunked],
      share: 1,
      secrets: () => SECRETS,
      feed: async (input) => read(await send(port, input)),
    },
  ]
}

function request(key: string, path: string, type: string, body: Uint8Array, headers: readonly string[]): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${key}`,
    `content-type: ${type}`,
    `content-length: ${body.length}`,
    'connection: close',
    ...headers,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
}

/** A refusal becomes the error that a client would see; a failure of the service's own is wrong. */
function read(response: string): 'taken' | 'wrongly' {
  if (response === '') throw new CryptoError('INVALID_INPUT', 'The connection was closed without an answer')
  const [, status = '', body = ''] = /^HTTP\/1\.1 (\d{3})[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(response) ?? []
  if (status === '200') return /"code":"INTERNAL"|"status":500/.test(body) ? 'wrongly' : 'taken'
  if (!/^4\d\d$/.test(status) || !/"code":"[A-Z_]+"/.test(body)) return 'wrongly'
  throw new CryptoError('INVALID_INPUT', body)
}
