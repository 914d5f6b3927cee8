import { once } from 'node:events'
import type { Terminal } from '../../terminal.js'

/** Writes line by line no faster than they are read, until whoever reads has seen enough. */
export async function writeLines(terminal: Terminal, lines: AsyncIterable<string>): Promise<number> {
  const { stdout, signal } = terminal
  const { throwIfAborted } = await import('@parasol/core')
  let count = 0
  for await (const line of lines) {
    throwIfAborted(signal)
    if (stdout.destroyed) break
    count += 1
    if (stdout.write(`${line}\n`)) continue
    await Promise.race([once(stdout, 'drain'), once(stdout, 'close')])
  }
  return count
}
