import { createHmac } from 'node:crypto'
import { type Caller, createApiKey, signRequest } from '@parasol/service'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { HttpFault } from '../src/http-fault.js'
import { signatureBase } from '../src/message-signature.js'
import { ReplayGuard } from '../src/replay-guard.js'
import { crm, kms, start } from './fixture.js'

const secret = createApiKey()
const signing: Caller = { ...crm, name: 'orders', keyHashes: [], secrets: [secret] }
const body = '{"phone":"13800138000"}'
const path = '/v1/customer/encrypt'
const key = { caller: 'orders', secret }

let service: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  service = await start({ callers: [crm, signing] })
})
afterAll(() => service.close())

interface Sent {
  readonly path?: string
  readonly body?: string
  readonly headers: Readonly<Record<string, string>>
}

async function send(sent: Sent): Promise<number> {
  const headers = { 'content-type': 'application/json', ...sent.headers }
  const response = await fetch(service.url + (sent.path ?? path), { method: 'POST', headers, body: sent.body ?? body })
  await response.arrayBuffer()
  return response.status
}

function sign(stamp?: Parameters<typeof signRequest>[2], context?: string): Record<string, string> {
  const headers = signRequest({ method: 'POST', path, body, context }, key, stamp)
  return context === undefined ? headers : { ...headers, 'parasol-context': context }
}

const seconds = (): number => Math.floor(Date.now() / 1000)

it('lets a signed request in, with and without a context', async () => {
  expect(await send({ headers: sign() })).toBe(200)
  expect(await send({ headers: sign(undefined, '{"customerId":"7"}') })).toBe(200)
})

it('lets a request in once', async () => {
  const headers = sign()
  expect([await send({ headers }), await send({ headers })]).toEqual([200, 401])
})

it.each<[string, () => Sent]>([
  ['another body', () => ({ headers: sign(), body: '{"phone":"13900139000"}' })],
  ['another path', () => ({ headers: sign(), path: '/v1/secret/encrypt' })],
  ['a context that was not signed', () => ({ headers: { ...sign(), 'parasol-context': '{"customerId":"8"}' } })],
  ['another context', () => ({ headers: { ...sign(undefined, '{"a":"7"}'), 'parasol-context': '{"a":"8"}' } })],
  ['no context where one was signed', () => ({ headers: without(sign(undefined, '{"a":"7"}'), 'parasol-context') })],
  ['another digest', () => ({ headers: { ...sign(), 'content-digest': `${sign()['content-digest']}=` } })],
  ['no digest', () => ({ headers: without(sign(), 'content-digest') })],
  ['no parameters', () => ({ headers: without(sign(), 'signature-input') })],
  ['the signature of another request', () => ({ headers: { ...sign(), signature: sign()['signature'] ?? '' } })],
  ['a longer label', () => ({ headers: { ...sign(), 'signature-input': `x${sign()['signature-input']}` } })],
  [
    'a wrong secret',
    () => ({ headers: signRequest({ method: 'POST', path, body }, { ...key, secret: `${secret}A` }) }),
  ],
  [
    'nobody by this name',
    () => ({ headers: signRequest({ method: 'POST', path, body }, { ...key, caller: 'nobody' }) }),
  ],
  [
    'a caller without a secret',
    () => ({ headers: signRequest({ method: 'POST', path, body }, { caller: 'crm', secret: '' }) }),
  ],
  ['another method', () => ({ headers: signRequest({ method: 'PUT', path, body }, key) })],
  ['a clock that is too far behind', () => ({ headers: sign({ created: seconds() - 62, nonce: 'n'.repeat(16) }) })],
  ['a clock that is too far ahead', () => ({ headers: sign({ created: seconds() + 62, nonce: 'n'.repeat(16) }) })],
  ['a nonce that is too short', () => ({ headers: sign({ created: seconds(), nonce: 'n'.repeat(15) }) })],
])('refuses %s, before the KMS is asked', async (_, sent) => {
  const calls = vi.spyOn(kms, 'generateDataKey')
  expect(await send(sent())).toBe(401)
  expect(calls).not.toHaveBeenCalled()
})
afterEach(() => vi.restoreAllMocks())

it('remembers what it let in when its callers change', async () => {
  const headers = sign()
  expect(await send({ headers })).toBe(200)
  service.change({ callers: [crm, signing] })
  expect(await send({ headers })).toBe(401)
})

it('refuses a short secret', async () => {
  const short = start({ callers: [{ ...signing, secrets: ['s'.repeat(31)] }] })
  await expect(short).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
})

it('writes the signature base as RFC 9421 has it', () => {
  const digest = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'
  const parameters = '("@method" "@path" "content-digest");created=1618884473;keyid="test"'
  expect(signatureBase({ method: 'POST', path: '/foo', digest }, parameters)).toBe(
    `"@method": POST\n"@path": /foo\n"content-digest": ${digest}\n"@signature-params": ${parameters}`,
  )
  const { signature } = signRequest({ method: 'POST', path: '/foo', body: '' }, { caller: 'a', secret: 'b' }, stamp)
  const base = [
    '"@method": POST',
    '"@path": /foo',
    '"content-digest": sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
    '"@signature-params": ("@method" "@path" "content-digest");created=1;nonce="n";keyid="a";alg="hmac-sha256"',
  ]
  expect(signature).toBe(`parasol=:${createHmac('sha256', 'b').update(base.join('\n')).digest('base64')}:`)
})
const stamp = { created: 1, nonce: 'n' }

it('forgets no signature while it could still be good, whatever the clock does', () => {
  let now = 1_000_000
  const guard = new ReplayGuard({ now: () => now * 1000 })
  const admit = (created: number, nonce: string) => () => guard.admit('a', { created, nonce })
  for (let created = now - 60; created < now; created += 20) expect(admit(created, 'old')).toThrow(HttpFault)
  for (let second = 0; second < 1000; second += 30) {
    now = 1_000_000 + second
    const [ahead, nonce] = [now + 60, `n${second}`]
    admit(ahead, nonce)()
    for (const later of [0, 59, 119, 120]) {
      now = 1_000_000 + second + later
      expect(admit(ahead, nonce)).toThrow(HttpFault)
    }
  }
})

it('refuses rather than forget when it has no more room', () => {
  const guard = new ReplayGuard({ maxRemembered: 1 })
  guard.admit('a', { created: seconds(), nonce: 'one' })
  expect(() => guard.admit('a', { created: seconds(), nonce: 'two' })).toThrow(
    expect.objectContaining({ code: 'OVERLOADED' }),
  )
})

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name))
}
