import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ScenarioResult } from './results.js'
import type { Runner } from './run-bench.js'

/** What a process that runs one scenario says. */
export type Message = { readonly progress: string } | { readonly result: ScenarioResult }

const CHILD = fileURLToPath(new URL('scenario-process.js', import.meta.url))

/**
 * Runs each scenario in a process of its own, so that its figures do not depend on what ran before it: neither on what
 * the compiler learned there nor on memory that others left.
 */
export function isolated(onProgress: (title: string) => void): Runner {
  return async ({ name, title, shows }, scale) => {
    const child = fork(CHILD, [name, scale])
    let result: ScenarioResult | undefined
    child.on('message', (message: Message) => {
      if ('progress' in message) onProgress(message.progress)
      else result = message.result
    })
    const [code, signal] = await once(child, 'close')
    return result ?? { name, title, shows, results: [], failure: `Its process ended (${signal ?? code})` }
  }
}
