import type { CryptoError } from '@parasol/core'
import type { RequestReport } from './app.js'
import { type ConfiguredService, openService } from './open-service.js'
import { describeError, type OperatorLog } from './operator-log.js'

export interface ServeOptions {
  /** The configuration; by default that in PARASOL_CONFIG, else parasol.yaml in the working directory. */
  readonly config?: string | undefined
  /** Ends it when the requests under way are answered. */
  readonly signal: AbortSignal
  readonly log: OperatorLog
}

/**
 * Serves until it is told to stop, as a program does. SIGHUP makes it read callers, limits and certificates again.
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
  const reload = (): void => void reloadConfig(service, log)
  process.on('SIGHUP', reload)
  log('info', 'listening', { url: service.url, pid: process.pid })
  await untilAborted(signal)
  process.off('SIGHUP', reload)
  log('info', 'stopping')
  await service.close()
  log('info', 'stopped')
}

/** One that is not sound changes nothing. */
async function reloadConfig(service: ConfiguredService, log: OperatorLog): Promise<void> {
  try {
    await service.reload()
    log('info', 'callers, limits and certificates were read again; all else in the configuration takes a restart')
  } catch (error) {
    log('error', 'the configuration cannot be read again: the former one stays', { error: describeError(error) })
  }
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
