import type { Readable, Writable } from 'node:stream'
import { interrupted } from './interrupted.js'

export type Input = Readable & { readonly isTTY?: boolean }
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** What a command runs in. Commands use this and never `process`, so that tests run them without a process. */
export interface Terminal {
  readonly stdin: Input
  /** Results only, so that they can go through a pipe. */
  readonly stdout: Output
  /** All else: errors, progress, questions. */
  readonly stderr: Output
  readonly env: NodeJS.ProcessEnv
  /** Aborts at SIGINT or SIGTERM. What takes long takes it, and leaves no half of a file. */
  readonly signal: AbortSignal
}

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process
  // A reader that went away, such as head, is no error.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
  return { stdin, stdout, stderr, env, signal: interrupted }
}
