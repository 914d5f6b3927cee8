import { CircuitBreaker, CryptoError, type CryptoErrorCode } from '@parasol/core'
import { expect, it } from 'vitest'

const fail = (code: CryptoErrorCode) => async (): Promise<never> => {
  throw new CryptoError(code, 'on purpose')
}
const settle = (promise: Promise<unknown>) => promise.catch((error: CryptoError) => error.reason ?? error.code)

function setup() {
  const clock = { now: 0 }
  const breaker = new CircuitBreaker({ name: 'The KMS', failures: 3, pauseMs: 1000, now: () => clock.now })
  const open = async () => {
    for (let call = 0; call < 3; call++) await settle(breaker.run(fail('TIMEOUT')))
  }
  return { breaker, clock, open }
}

it('refuses at once, and without the work, after so many failures in a row', async () => {
  const { breaker, open } = setup()
  await open()
  let asked = false
  expect(
    await settle(
      breaker.run(async () => {
        asked = true
      }),
    ),
  ).toBe('CIRCUIT_OPEN')
  expect([asked, breaker.state, breaker.ready]).toEqual([false, 'open', false])
})

it('begins to count anew after a success', async () => {
  const { breaker } = setup()
  for (let round = 0; round < 5; round++) {
    await settle(breaker.run(fail('TIMEOUT')))
    await settle(breaker.run(fail('KMS_UNAVAILABLE')))
    await breaker.run(async () => 'good')
  }
  expect(breaker.state).toBe('closed')
})

it.each<CryptoErrorCode>(['ACCESS_DENIED', 'DECRYPTION_FAILED', 'KEY_NOT_FOUND'])(
  'takes %s for an answer, by which the service shows that it is there',
  async (code) => {
    const { breaker } = setup()
    for (let call = 0; call < 10; call++) {
      await settle(breaker.run(fail('TIMEOUT')))
      await settle(breaker.run(fail(code)))
    }
    expect(breaker.state).toBe('closed')
  },
)

it('learns nothing from a caller that gave up', async () => {
  const { breaker, clock, open } = setup()
  for (let call = 0; call < 10; call++) await settle(breaker.run(fail('ABORTED')))
  expect(breaker.state).toBe('closed')
  await open()
  clock.now = 1000
  await settle(breaker.run(fail('ABORTED')))
  expect(breaker.ready).toBe(true)
})

it('lets one call through after the pause, and stays open if that one fails', async () => {
  const { breaker, clock, open } = setup()
  await open()
  clock.now = 999
  expect(breaker.state).toBe('open')
  clock.now = 1000
  expect(breaker.state).toBe('half-open')
  const probe = settle(breaker.run(fail('TIMEOUT')))
  expect(await settle(breaker.run(async () => 'too early'))).toBe('CIRCUIT_OPEN')
  expect(await probe).toBe('TIMEOUT')
  expect(breaker.state).toBe('open')
  clock.now = 2000
  expect(await breaker.run(async () => 'good')).toBe('good')
  expect(breaker.state).toBe('closed')
})

it('closes when a call that was under way before succeeds', async () => {
  const { breaker, open } = setup()
  let resolve = (_: string): void => undefined
  const promise = new Promise<string>((done) => {
    resolve = done
  })
  const slow = breaker.run(() => promise)
  await open()
  resolve('good')
  expect(await slow).toBe('good')
  expect(breaker.state).toBe('closed')
})

it('does not look at the time of day, which may be set back', async () => {
  const breaker = new CircuitBreaker({ name: 'The KMS', failures: 1, pauseMs: 1 })
  const { now } = Date
  await settle(breaker.run(fail('TIMEOUT')))
  Date.now = () => 0
  try {
    const start = performance.now()
    while (performance.now() < start + 5) {}
    expect(breaker.state).toBe('half-open')
  } finally {
    Date.now = now
  }
})
