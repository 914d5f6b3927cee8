import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { refuse } from './behaviours.js'
import { answer, type ScriptedServer, startScriptedServer } from './scripted-server.js'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer({ transport: 'lean' })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => server.always(answer))

const text = Buffer.from('13800138000')
const encrypt = (kms: ReturnType<ScriptedServer['kms']>) => kms.encrypt('alias/one', text, {})
const reason = (promise: Promise<unknown>) => promise.catch((error) => error.reason ?? error.code)

it('leaves the KMS alone after some calls that failed with all their attempts, and counts what it did', async () => {
  server.always(refuse(503, 'ServiceUnavailableTemporary'))
  const kms = server.kms({ maxAttempts: 2, breakAfter: 3, breakForMs: 600_000 })
  for (let call = 0; call < 3; call++) await expect(encrypt(kms)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  const before = server.requests.length
  for (let call = 0; call < 10; call++) expect(await reason(encrypt(kms))).toBe('CIRCUIT_OPEN')
  expect(server.requests.length).toBe(before)
  expect(kms.stats()).toEqual({
    calls: 3,
    attempts: 6,
    failedCalls: 3,
    failedAttempts: 6,
    refusedCalls: 10,
    circuitOpen: 1,
  })
})

it('asks again after the pause, and goes on if the KMS is back', async () => {
  server.always(refuse(503, 'ServiceUnavailableTemporary'))
  const kms = server.kms({ maxAttempts: 1, breakAfter: 1, breakForMs: 10 })
  await expect(encrypt(kms)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  server.always(answer)
  await expect.poll(() => reason(encrypt(kms)), { timeout: 10_000 }).toBeInstanceOf(Uint8Array)
  expect(kms.stats()).toMatchObject({ circuitOpen: 0 })
})

it('does not take a refusal for a failure', async () => {
  server.always(refuse(403, 'Forbidden.NoPermission'))
  const kms = server.kms({ breakAfter: 1 })
  for (let call = 0; call < 5; call++) await expect(encrypt(kms)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  expect(kms.stats()).toMatchObject({ calls: 5, attempts: 5, refusedCalls: 0, circuitOpen: 0 })
})
