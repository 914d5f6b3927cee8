import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hang, refuse, stall, trickle } from './behaviours.js'
import { answer, type Behaviour, type ScriptedServer, startScriptedServer, transports } from './scripted-server.js'

describe.each(transports)('over transport %s', (transport) => {
  let server: ScriptedServer
  beforeAll(async () => {
    server = await startScriptedServer({ transport })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(() => server.always(answer))

  const text = Buffer.from('13800138000')
  const context = { row: '7' }
  const aborted = expect.objectContaining({ code: 'ABORTED', retryable: false })

  /** A behaviour, and a promise of the moment when its request has come, and of that when its connection is closed. */
  function watched(behaviour: Behaviour): { behaviour: Behaviour; come: Promise<void>; closed: Promise<void> } {
    const events = new EventTarget()
    const come = once(events, 'come')
    const closed = once(events, 'closed')
    return {
      behaviour: (exchange) => {
        events.dispatchEvent(new Event('come'))
        exchange.response.once('close', () => events.dispatchEvent(new Event('closed')))
        return behaviour(exchange)
      },
      come: come.then(() => undefined),
      closed: closed.then(() => undefined),
    }
  }

  it('gives up an attempt, and after the last one the call', async () => {
    const before = server.requests.length
    server.always(hang)
    const kms = server.kms({ attemptTimeoutMs: 300, maxAttempts: 2 })
    const error = expect.objectContaining({ code: 'TIMEOUT', retryable: true })
    await expect(kms.encrypt('alias/one', text, context)).rejects.toThrow(error)
    expect(server.requests.length - before).toBe(2)
  })

  it('gives up a call whose attempts take too long together, and makes no more of them', async () => {
    server.always(hang)
    const kms = server.kms({ attemptTimeoutMs: 1000, totalTimeoutMs: 200, maxAttempts: 100 })
    await expect(kms.encrypt('alias/one', text, context)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'The KMS gave no good answer within 200 ms',
    })
    const after = server.requests.length
    await delay(100)
    expect(server.requests.length).toBe(after)
  })

  it('says what the last attempt failed with when the time is over', async () => {
    server.always(refuse(429, 'Rejected.Throttling'))
    const kms = server.kms({ totalTimeoutMs: 300, maxAttempts: 1000 })
    await expect(kms.encrypt('alias/one', text, context)).rejects.toMatchObject({
      code: 'TIMEOUT',
      reason: 'Rejected.Throttling',
      message: expect.stringContaining('HTTP 429'),
    })
    const after = server.requests.length
    await delay(100)
    expect(server.requests.length).toBe(after)
  })

  it('makes no request for a call that was aborted before', async () => {
    const before = server.requests.length
    const signal = AbortSignal.abort()
    const kms = server.kms()
    await expect(kms.encrypt('alias/one', text, context, { signal })).rejects.toThrow(aborted)
    await expect(kms.decrypt(text, context, { signal })).rejects.toThrow(aborted)
    await expect(kms.generateDataKey('alias/one', context, { signal })).rejects.toThrow(aborted)
    expect(server.requests.length).toBe(before)
  })

  it.each([
    ['does not answer', hang],
    ['sends half an answer', stall],
    ['sends an answer bit by bit', trickle],
  ])('rejects at once when aborted while the KMS %s, and closes the connection', async (_name, behaviour) => {
    const controller = new AbortController()
    const watch = watched(behaviour)
    const kms = server.kms({ attemptTimeoutMs: 600_000, totalTimeoutMs: 600_000 })
    await kms.encrypt('alias/one', text, context)
    server.script(watch.behaviour)
    const call = kms.encrypt('alias/one', text, context, { signal: controller.signal })
    await watch.come
    controller.abort(new Error('a reason of the caller'))
    await expect(call).rejects.toThrow(aborted)
    await watch.closed
  })

  it('rejects at once when aborted between two attempts, and makes no other', async () => {
    const controller = new AbortController()
    const before = server.requests.length
    server.always(async (exchange) => {
      await refuse(503, 'ServiceUnavailableTemporary')(exchange)
      setTimeout(() => controller.abort(), 1)
    })
    const kms = server.kms({ maxAttempts: 1000, totalTimeoutMs: 600_000 })
    await expect(kms.encrypt('alias/one', text, context, { signal: controller.signal })).rejects.toThrow(aborted)
    const made = server.requests.length - before
    await delay(100)
    expect(server.requests.length - before).toBeLessThanOrEqual(made + 1)
  })

  it('closes the connection of an attempt that it gave up, also where the client would not', async () => {
    const kms = server.kms({ attemptTimeoutMs: 800, maxAttempts: 1 })
    await kms.encrypt('alias/one', text, context)
    await delay(200)
    // Alibaba's own timer for the first request ends that for the second, which uses the same connection.
    const watch = watched(trickle)
    server.script(watch.behaviour)
    await expect(kms.encrypt('alias/one', text, context)).rejects.toMatchObject({ code: 'TIMEOUT' })
    await watch.closed
  })

  it('has no more calls under way than it may', async () => {
    const own = await startScriptedServer({ transport })
    own.always(async (exchange) => {
      await delay(5)
      await answer(exchange)
    })
    const kms = own.kms({ maxConcurrent: 3, totalTimeoutMs: 60_000 })
    await Promise.all(Array.from({ length: 30 }, () => kms.encrypt('alias/one', text, context)))
    expect(own.requests.length).toBe(30)
    expect(own.busiest).toBe(3)
    await own[Symbol.asyncDispose]()
  })

  it('goes on with those that wait when others give up waiting', async () => {
    const watch = watched(stall)
    server.script(watch.behaviour)
    const kms = server.kms({ maxConcurrent: 1, attemptTimeoutMs: 400, totalTimeoutMs: 10_000 })
    const controller = new AbortController()
    const { signal } = controller
    const first = kms.encrypt('alias/one', text, context)
    const waiting = Array.from({ length: 5 }, () => kms.encrypt('alias/one', text, context, { signal }))
    const last = kms.encrypt('alias/one', text, context)
    await watch.come
    controller.abort()
    for (const call of waiting) await expect(call).rejects.toThrow(aborted)
    expect((await Promise.all([first, last])).length).toBe(2)
  })

  it('lets many calls share one signal without a warning about listeners', async () => {
    const warnings: Error[] = []
    const note = (warning: Error): unknown => warnings.push(warning)
    process.on('warning', note)
    const { signal } = new AbortController()
    const kms = server.kms({ totalTimeoutMs: 60_000 })
    await Promise.all(Array.from({ length: 100 }, () => kms.encrypt('alias/one', text, context, { signal })))
    await delay(10)
    process.off('warning', note)
    expect(warnings).toEqual([])
  })
})
