import { type LoadOptions, loadConfig, openConfig } from '@parasol/config'
import type { CryptoError } from '@parasol/core'
import type { RequestReport } from './app.js'
import { AuditLog } from './audit-log.js'
import { BackupLog } from './backup-log.js'
import { readCallers } from './configured-callers.js'
import type { LogName } from './configured-log.js'
import { readTls } from './configured-tls.js'
import type { ServiceLimits } from './limits.js'
import { openKeptLog } from './log-places.js'
import { logFailure, logRequest, logTrouble } from './log-requests.js'
import type { OperatorLog } from './operator-log.js'
import { type RunningService, startService } from './service.js'
import { type LogSection, type ServiceSection, serviceSection } from './service-section.js'
import { findTracing } from './tracing/tracing.js'

export interface OpenServiceOptions extends LoadOptions {
  /** Told what the section `log` says, at the level that it says. */
  readonly log?: OperatorLog
  /** Told of every request when it was answered. */
  readonly onRequest?: (report: RequestReport) => void
  /** Told when a log cannot be written, once until it can again. */
  readonly onTrouble?: (error: CryptoError) => void
}

/** A service that a configuration describes. */
export interface ConfiguredService extends RunningService {
  /**
   * Reads the configuration again and takes over callers, limits, the level of the log, and certificate, key and
   * authorities of TLS; all else takes a restart.
   *
   * @throws CryptoError INVALID_CONFIG that lists every problem with its line, after which everything is as before
   */
  reload(): Promise<void>
}

/**
 * Starts the service that parasol.yaml describes. Closing it answers what is under way, then closes the logs and the
 * schemes, which zeroes keys.
 *
 * @throws CryptoError INVALID_CONFIG that lists every problem with its line; LOCKED, STORE_DAMAGED or IO of a log; IO if
 * it cannot listen
 */
export async function openService(path?: string, options: OpenServiceOptions = {}): Promise<ConfiguredService> {
  const { env = process.env, log } = options
  const config = await loadConfig(path, options)
  const section = config.section('service', serviceSection)
  if (log) log.level = section.log.level
  const callers = readCallers(section, config, env)
  const opened: AsyncDisposable[] = []
  const keep = <Opened extends AsyncDisposable>(one: Opened): Opened => {
    opened.unshift(one)
    return one
  }
  try {
    const tracing = await findTracing()
    if (tracing) keep(tracing)
    const crypto = keep(await openConfig(config))
    const onTrouble = all(options.onTrouble, log && logTrouble(log))
    const open = (name: LogName, place: LogSection) => openKeptLog(place, { name, config, env, onTrouble })
    const { backupLog, auditLog } = section
    const backup = backupLog === 'none' ? undefined : keep(new BackupLog(await open('backup', backupLog)))
    const audit = auditLog === 'none' ? undefined : keep(new AuditLog(await open('audit', auditLog)))
    const { host, port } = section
    const tls = readTls(section, config, env)
    const stats = () => crypto.stats()
    const started = await startService({
      crypto: crypto.router,
      callers,
      host,
      port,
      tls,
      limits: given(section.limits),
      backup,
      audit,
      stats,
      onRequest: all(options.onRequest, tracing?.report, section.log.requests && log ? logRequest(log) : undefined),
      onFailure: log && logFailure(log),
      around: tracing?.around,
    })
    const running = keep(started)
    const close = (): Promise<void> => closeAll(opened)
    const reload = async (): Promise<void> => {
      const changed = await loadConfig(path, options)
      const section = changed.section('service', serviceSection)
      running.change({
        callers: readCallers(section, changed, env),
        limits: given(section.limits),
        tls: readTls(section, changed, env),
      })
      if (log) log.level = section.log.level
    }
    return { ...running, reload, close, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await closeAll(opened)
    throw cause
  }
}

/** Tells each of those that there are; undefined if there is none, so that nobody has to be told. */
function all<Told>(...listeners: readonly (((told: Told) => void) | undefined)[]): ((told: Told) => void) | undefined {
  const present = listeners.filter((listener) => listener !== undefined)
  if (present.length < 2) return present[0]
  return (told) => {
    for (const listener of present) listener(told)
  }
}

function given(limits: ServiceSection['limits']): Partial<ServiceLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

/** The last one that was opened first; each is closed although another fails. */
async function closeAll(opened: AsyncDisposable[]): Promise<void> {
  const errors: unknown[] = []
  for (const one of opened.splice(0)) {
    try {
      await one[Symbol.asyncDispose]()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} part(s) could not be closed`)
}
