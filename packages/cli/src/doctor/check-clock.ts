import { parse } from 'yaml'
import type { Terminal } from '../terminal.js'
import type { Check } from './check.js'
import { doctorTexts } from './doctor-texts.js'

const TOLERANCE_MS = 60_000
const PATIENCE_MS = 5_000
const BUILT = Date.UTC(2025, 0, 1)

/** A KMS refuses requests of another time: compares this clock with those of the services that the configuration names. */
export async function checkClock(terminal: Terminal, text: string): Promise<readonly Check[]> {
  const texts = doctorTexts(terminal)
  if (Date.now() < BUILT) return [{ check: 'clock', state: 'failed', message: texts.clockBehind }]
  const origins = originsOf((parse(text) as { kms?: unknown }).kms)
  const checks = await Promise.all(origins.map((origin) => compare(terminal, origin)))
  const known = checks.filter((check) => check !== undefined)
  return known.length > 0 ? known : [{ check: 'clock', state: 'ok', message: texts.clockPlausible }]
}

async function compare(terminal: Terminal, origin: string): Promise<Check | undefined> {
  const texts = doctorTexts(terminal)
  try {
    const { headers } = await fetch(origin, {
      method: 'HEAD',
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'manual',
    })
    const skew = Date.parse(headers.get('date') ?? '') - Date.now()
    if (Number.isNaN(skew)) return undefined
    const seconds = Math.round(Math.abs(skew) / 1000)
    return Math.abs(skew) <= TOLERANCE_MS
      ? { check: 'clock', state: 'ok', about: origin, message: texts.clockSame(seconds) }
      : { check: 'clock', state: 'failed', about: origin, message: texts.clockSkewed(seconds) }
  } catch {
    return { check: 'clock', state: 'warning', about: origin, message: texts.clockUnknown }
  }
}

function originsOf(kms: unknown): readonly string[] {
  const sections = typeof kms === 'object' && kms !== null ? Object.values(kms) : []
  return sections.flatMap((section: { endpoint?: unknown; region?: unknown; protocol?: unknown }) => {
    const host = section?.endpoint ?? (section?.region === undefined ? undefined : `kms.${section.region}.aliyuncs.com`)
    return typeof host === 'string'
      ? [`${section.protocol === 'http' ? 'http' : 'https'}://${host.replace(/^\w+:\/\//, '')}/`]
      : []
  })
}
