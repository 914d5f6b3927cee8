import { nextTurn } from '@parasol/core'
import { expect, it } from 'vitest'

const immediate = () => new Promise((resolve) => setImmediate(resolve))

it('lets those who wait go on together, in their order, after what has arrived', async () => {
  const events: string[] = []
  setImmediate(() => events.push('arrived'))
  await Promise.all(['a', 'b', 'c'].map((name) => nextTurn().then(() => events.push(name))))
  expect(events).toEqual(['arrived', 'a', 'b', 'c'])
})

it('lets other work have its turn between many', async () => {
  let done = 0
  const goOn = async () => {
    await nextTurn()
    done += 1
  }
  const all = Promise.all(Array.from({ length: 200 }, goOn))
  const seen: number[] = []
  while (done < 200) {
    await immediate()
    seen.push(done)
  }
  await all
  expect(seen.filter((count) => count > 0 && count < 200).length).toBeGreaterThan(1)
})
