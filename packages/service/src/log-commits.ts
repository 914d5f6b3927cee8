import { type Channel, channel } from 'node:diagnostics_channel'

/** That lines of a request are being made durable. */
export interface LogCommit {
  readonly lines: number
  /** Resolves when they are, also when that failed. */
  readonly ended: Promise<{ readonly error?: unknown }>
}

/** Node's diagnostics channel on which that is told. */
export const logCommits: Channel = channel('parasol.log')
