import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { orderedMap } from '../src/ordered-map.js'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number++) yield number
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

it('keeps the order although later work ends first, within its limit', async () => {
  let running = 0
  let most = 0
  const work = async (number: number): Promise<number> => {
    most = Math.max(most, ++running)
    await delay(number % 3 === 0 ? 3 : 0)
    running--
    return number
  }
  expect(await collect(orderedMap(numbers(50), 4, work))).toEqual(Array.from({ length: 50 }, (_, i) => i))
  expect(most).toBe(4)
})

it('rejects with the first failure, begins nothing further, and leaves nothing under way', async () => {
  const ended: number[] = []
  const work = async (number: number): Promise<void> => {
    await delay(1)
    if (number === 5) throw new Error('five')
    ended.push(number)
  }
  await expect(collect(orderedMap(numbers(1000), 4, work))).rejects.toThrow('five')
  const count = ended.length
  await delay(10)
  expect(ended.length).toBe(count)
  expect(count).toBeLessThan(12)
})
