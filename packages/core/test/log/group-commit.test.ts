import { GroupCommit } from '@parasol/core/files'
import { expect, it } from 'vitest'

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('writes together what comes in one turn of the event loop, and then what came meanwhile', async () => {
  const writes: string[] = []
  const commit = new GroupCommit<string>(async (items) => {
    writes.push(items.join(''))
    await turn()
  })
  await Promise.all([
    commit.add('a'),
    commit.add('b'),
    turn().then(() => Promise.all(['c', 'd'].map((x) => commit.add(x)))),
  ])
  expect(writes).toEqual(['ab', 'cd'])
})

it('begins the next write before those of the last one go on', async () => {
  const events: string[] = []
  const commit = new GroupCommit<string>(async ([item]) => {
    events.push(`write ${item}`)
    await turn()
  }, 1)
  await Promise.all(['a', 'b'].map((item) => commit.add(item).then(() => events.push(`wrote ${item}`))))
  expect(events).toEqual(['write a', 'write b', 'wrote a', 'wrote b'])
})

it('fails those of a write that fails, and tries the next', async () => {
  const commit = new GroupCommit<string>(async ([item]) => {
    if (item === 'bad') throw new Error('full')
  }, 1)
  const results = await Promise.allSettled(['a', 'bad', 'c'].map((item) => commit.add(item)))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  await commit.idle()
  expect(commit.waiting).toBe(0)
})
