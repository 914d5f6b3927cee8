import { request as httpRequest, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import {
  AuditReader,
  FaultInjector,
  type FaultName,
  faultNames,
  LocalKms,
  parseFaultPlan,
  startKmsServer,
} from '@parasol/kms-local'
import { afterEach, expect, it, vi } from 'vitest'
import { scratchFolder } from './scratch.js'
import { form, signed } from './signed.js'

afterEach(() => vi.unstubAllEnvs())

/** For an answer that comes, on a machine that is busy; and for one that does not. */
const PATIENCE_MS = 30_000
const IMPATIENCE_MS = 300

/** How a request ended: a status and what it said, or the code of an error of the network. */
async function outcome(endpoint: { host: string; port: number }, body: string, timeout: number): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve) => {
    const sent = httpRequest({ ...endpoint, method: 'POST', headers, agent: false, timeout })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer'), { code: 'SILENCE' })))
    sent.on('response', (response: IncomingMessage) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk
      })
      response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
      response.on('end', () => resolve(`${response.statusCode} ${text}`))
    })
    sent.end(body)
  })
}

async function withServer(rules: readonly { fault: FaultName; share: number; operations?: string[] }[]) {
  const folder = scratchFolder()
  const rootKey = { keyFile: join(folder, 'key') }
  const kms = new LocalKms({ folder: join(folder, 'kms'), rootKey, createKeys: ['alias/app'] })
  const service = await kms.open()
  const accessKey = await service.createAccessKey()
  const audit = await service.openAuditLog()
  const server = await startKmsServer({ service, audit, faultPlan: { rules } })
  return {
    call: (parameters: Record<string, string>, patienceMs = PATIENCE_MS) =>
      outcome(server, form(signed('POST', accessKey, parameters)), patienceMs),
    post: (body: string) => outcome(server, body, PATIENCE_MS),
    reader: () => AuditReader.open(join(folder, 'kms'), rootKey),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await audit[Symbol.asyncDispose]()
      await kms[Symbol.asyncDispose]()
    },
  }
}

const expected: Readonly<Record<FaultName, RegExp>> = {
  latency: /^200 .*"CiphertextBlob"/,
  throttling: /^429 .*"Rejected.Throttling"/,
  unavailable: /^503 .*"ServiceUnavailableTemporary"/,
  failure: /^500 .*"InternalFailure"/,
  'key-unavailable': /^409 .*"Rejected.Unavailable"/,
  'access-key-disabled': /^403 .*"Forbidden.AccessKey"/,
  'not-enabled': /^403 .*"Forbidden.KmsServiceNotEnabled"/,
  'risk-control': /^403 .*"Forbidden.ProhibitedByRiskControl"/,
  'in-debt': /^403 .*"Forbidden.InDebt"/,
  'in-debt-overdue': /^403 .*"Forbidden.InDebtOverdue"/,
  'bad-gateway': /^502 <html>/,
  page: /^200 <html>/,
  redirect: /^302 $/,
  reset: /^ECONNRESET$/,
  close: /^ECONNRESET$/,
  'reset-midway': /^ECONNRESET$/,
  hang: /^SILENCE$/,
  stall: /^(SILENCE|ECONNRESET)$/,
  truncated: /^200 \{.*[^}]$/,
  empty: /^200 \{\}$/,
  list: /^200 \[\]$/,
  'no-base64': /^200 .*"CiphertextBlob":"no base64"/,
  'wrong-types': /^200 .*"Plaintext":7/,
}

it.each(faultNames)('makes a request fail by %s', async (fault) => {
  await using server = await withServer([{ fault, share: 1 }])
  const Plaintext = Buffer.from('text').toString('base64')
  const patience = ['hang', 'stall'].includes(fault) ? IMPATIENCE_MS : PATIENCE_MS
  const said = await server.call({ Action: 'Encrypt', KeyId: 'alias/app', Plaintext }, patience)
  expect(said).toMatch(expected[fault])
})

it('chooses by operation, and tells the audit log what it did', async () => {
  await using server = await withServer([{ fault: 'throttling', share: 1, operations: ['Encrypt'] }])
  expect(await server.call({ Action: 'ListKeys' })).toMatch(/^200 /)
  expect(await server.call({ Action: 'Encrypt', KeyId: 'alias/app', Plaintext: 'QUFB' })).toMatch(/^429 /)
  using reader = await server.reader()
  const events = []
  for await (const event of reader.search()) events.push(event)
  expect(
    events.map(({ eventName, eventRW, errorCode, additionalEventData }) => [
      eventName,
      eventRW,
      errorCode,
      additionalEventData,
    ]),
  ).toEqual([
    ['ListKeys', 'Read', undefined, undefined],
    ['Encrypt', 'Write', 'Rejected.Throttling', { injectedFault: 'throttling' }],
  ])
  const found = []
  for await (const { eventName } of reader.search({ key: 'alias/app' })) found.push(eventName)
  expect(found).toEqual(['Encrypt'])
})

it('does nothing to requests of which it does not know who signed them', async () => {
  await using server = await withServer([{ fault: 'hang', share: 1 }])
  expect(await server.post('Action=ListKeys&Version=2016-01-20')).toMatch(/^400 .*MissingParameter/)
})

it('chooses the same requests for the same seed, and about the share that is asked', () => {
  const rules = [
    { fault: 'reset', share: 0.1 },
    { fault: 'hang', share: 0.2 },
  ] as const
  const run = (seed: number) => {
    const injector = new FaultInjector({ seed, rules })
    return Array.from({ length: 2_000 }, () => injector.choose('Encrypt')?.name ?? '-')
  }
  expect(run(1)).toEqual(run(1))
  expect(run(1)).not.toEqual(run(2))
  const share = (name: string): number => run(1).filter((chosen) => chosen === name).length / 2_000
  expect(share('reset')).toBeGreaterThan(0.07)
  expect(share('reset')).toBeLessThan(0.13)
  expect(share('hang')).toBeGreaterThan(0.14)
  expect(share('hang')).toBeLessThan(0.22)
})

it('reads a plan, and says where one is wrong', () => {
  const text = '{"seed":1,"rules":[{"fault":"latency","share":0.5,"operations":["Encrypt"],"milliseconds":20}]}'
  expect(parseFaultPlan(text)).toEqual(JSON.parse(text))
  for (const [wrong, message] of [
    ['{', /not JSON/],
    ['{"rules":[]}', /rules/],
    ['{"rules":[{"fault":"explosion","share":1}]}', /rules\.0\.fault/],
    ['{"rules":[{"fault":"hang","share":2}]}', /rules\.0\.share/],
    ['{"rules":[{"fault":"hang","share":1,"when":"now"}]}', /rules\.0/],
  ] as const) {
    expect(() => parseFaultPlan(wrong)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(message) }),
    )
  }
})

it('is refused where real callers could meet it', async () => {
  const folder = scratchFolder()
  await using kms = new LocalKms({ folder: join(folder, 'kms'), rootKey: { keyFile: join(folder, 'key') } })
  const service = await kms.open()
  const faultPlan = { rules: [{ fault: 'hang', share: 1 }] } as const
  const refused = { code: 'INVALID_INPUT', message: expect.stringMatching(/fault plan is for tests/) }
  await expect(startKmsServer({ service, faultPlan, exposed: true })).rejects.toMatchObject(refused)
  await expect(startKmsServer({ service, faultPlan, host: '0.0.0.0', exposed: true })).rejects.toMatchObject(refused)
  vi.stubEnv('NODE_ENV', 'production')
  await expect(startKmsServer({ service, faultPlan })).rejects.toMatchObject(refused)
})
