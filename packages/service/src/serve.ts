import { type ConfiguredService, openService } from './open-service.js'
import { describeError, OperatorLog } from './operator-log.js'

export interface ServeOptions {
  /** The configuration; by default that in PARASOL_CONFIG, else parasol.yaml in the working directory. */
  readonly config?: string | undefined
  /** Ends it when the requests under way are answered. */
  readonly signal: AbortSignal
  /** Where the operator reads what it says. */
  readonly output: { write(text: string): unknown }
}

/**
 * Serves until it is told to stop, as a program does. SIGHUP makes it read callers, limits, certificates and the level of
 * the log again.
 *
 * @throws CryptoError what `openService` throws
 */
export async function serve({ config, signal, output }: ServeOptions): Promise<void> {
  // A signal would open the inspector, which shows every key in memory.
  process.on('SIGUSR1', () => undefined)
  const log = new OperatorLog(output)
  await using service = await openService(config, { log })
  const reload = (): void => void reloadConfig(service, log)
  process.on('SIGHUP', reload)
  log.info('listening', { url: service.url, pid: process.pid })
  await untilAborted(signal)
  process.off('SIGHUP', reload)
  log.info('stopping')
  await service.close()
  log.info('stopped')
}

/** One that is not sound changes nothing. */
async function reloadConfig(service: ConfiguredService, log: OperatorLog): Promise<void> {
  try {
    await service.reload()
    log.info('callers, limits, certificates and level were read again; all else in the configuration takes a restart')
  } catch (error) {
    log.error('the configuration cannot be read again: the former one stays', { error: describeError(error) })
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
