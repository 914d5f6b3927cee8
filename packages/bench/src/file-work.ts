import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { timed } from './contender.js'
import { peakMemoryMiB } from './peak-memory.js'
import type { Contender, Cost, Goal, Kind } from './scenario.js'
import { spawned } from './spawned.js'

export interface FileWork {
  readonly name: string
  readonly kind: Kind
  readonly goals?: readonly Goal[]
  /** Where the work writes; removed after each turn, because who writes to a new file pays for its pages. */
  readonly target: string
  /** A command line, or work in this process. */
  readonly work: readonly string[] | (() => Promise<void>)
  readonly env?: NodeJS.ProcessEnv
  /** Rejects unless the target is right. */
  readonly verify: () => Promise<void>
}

/** A contender that makes one file of another, in this process or in one of its own. */
export function fileWork({ name, kind, goals = [], target, work, env, verify }: FileWork): Contender {
  const idle = process.memoryUsage.rss()
  const run = async (): Promise<Cost> => {
    if (typeof work !== 'function') return spawned(work, env)
    let memoryMiB = 0
    const cost = await timed(async () => {
      memoryMiB = await peakMemoryMiB(work, idle)
    }, 1)
    return { ...cost, memoryMiB }
  }
  const clean = <Result>(result: Result): Promise<Result> => rm(target, { force: true }).then(() => result)
  return {
    name,
    kind,
    goals,
    check: () => run().then(verify).then(clean),
    turn: () => run().then(clean),
  }
}

/** Rejects unless both files hold the same bytes. */
export async function requireSameFile(one: string, other: string): Promise<void> {
  if ((await digest(one)) !== (await digest(other))) throw new Error('What was decrypted is not what was encrypted')
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
