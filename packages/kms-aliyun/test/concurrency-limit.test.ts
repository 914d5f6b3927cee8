import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { ConcurrencyLimit } from '../src/concurrency-limit.js'

const { signal } = new AbortController()

/** Work that is under way until it is told to end. */
function work(): { start: () => Promise<string>; end: () => void; started: () => boolean } {
  let end: () => void = () => undefined
  let started = false
  const done = new Promise<string>((resolve) => {
    end = () => resolve('done')
  })
  const start = (): Promise<string> => {
    started = true
    return done
  }
  return { start, end, started: () => started }
}

it('starts work in the order in which it came', async () => {
  const limit = new ConcurrencyLimit(1)
  const order: number[] = []
  const runs = [1, 2, 3, 4].map((number) => limit.run(async () => order.push(number), signal))
  await Promise.all(runs)
  expect(order).toEqual([1, 2, 3, 4])
})

it('passes the turn over a call that was aborted while it waited', async () => {
  const limit = new ConcurrencyLimit(1)
  const [first, second, third] = [work(), work(), work()]
  const controller = new AbortController()
  const running = limit.run(first.start, signal)
  const waiting = limit.run(second.start, controller.signal)
  const last = limit.run(third.start, signal)
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
  first.end()
  third.end()
  expect(await Promise.all([running, last])).toEqual(['done', 'done'])
  expect(second.started()).toBe(false)
})

it('passes the turn on when work fails', async () => {
  const limit = new ConcurrencyLimit(1)
  const failing = limit.run(async () => {
    await nextTurn()
    throw new Error('failed')
  }, signal)
  const next = limit.run(async () => 'next', signal)
  await expect(failing).rejects.toThrow('failed')
  expect(await next).toBe('next')
})

it('never has more under way than its limit, whatever fails or is aborted', async () => {
  const limit = new ConcurrencyLimit(4)
  let now = 0
  let most = 0
  const one = async (index: number): Promise<void> => {
    most = Math.max(most, ++now)
    await nextTurn()
    now--
    if (index % 3 === 0) throw new Error('failed')
  }
  const runs = Array.from({ length: 200 }, (_, index) => {
    const controller = new AbortController()
    if (index % 5 === 0) setImmediate(() => controller.abort())
    return limit.run(() => one(index), controller.signal)
  })
  await Promise.allSettled(runs)
  expect(now).toBe(0)
  expect(most).toBe(4)
  expect(await limit.run(async () => 'free', signal)).toBe('free')
})

it('refuses a call when ten thousand wait', async () => {
  const limit = new ConcurrencyLimit(1)
  const first = work()
  const running = limit.run(first.start, signal)
  const waiting = Array.from({ length: 10_000 }, () => limit.run(async () => 'turn', new AbortController().signal))
  await expect(limit.run(async () => 'turn', signal)).rejects.toMatchObject({ code: 'THROTTLED', retryable: true })
  first.end()
  await running
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['turn']))
})
