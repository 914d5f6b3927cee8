import type { CryptoError } from '@parasol/core'
import type { RequestReport } from './app.js'
import { openService } from './open-service.js'
import { describeError, type OperatorLog } from './operator-log.js'

export interface ServeOptions {
  /** The configuration; by default that in PARASOL_CONFIG, else parasol.yaml in the working directory. */
  readonly config?: string | undefined
  /** Ends it when the requests under way are answered. */
  readonly signal: AbortSignal
  readonly log: OperatorLog
}

/**
 * Serves until it is told to stop, as a program does.
 *
 * @throws CryptoError what `openService` throws
 */
export async function serve({ config, signal, log }: ServeOptions): Promise<void> {
  // A signal would open the inspector, which shows every key in memory.
  process.on('SIGUSR1', () => undefined)
  await using service = await openService(config, {
    onRequest: (report) => logFailure(log, report),
    onTrouble: (error) => logTrouble(log, error),
  })
  log('info', 'listening', { url: service.url, pid: process.pid })
  await untilAborted(signal)
  log('info', 'stopping')
  await service.close()
  log('info', 'stopped')
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function logFailure(log: OperatorLog, { status, error, ...report }: RequestReport): void {
  if (status >= 500) log('error', 'request failed', { ...report, status, error: describeError(error) })
}

function logTrouble(log: OperatorLog, error: CryptoError): void {
  log('error', 'a log cannot be written', { error: describeError(error) })
}
