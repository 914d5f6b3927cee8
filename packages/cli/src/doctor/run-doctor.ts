import { readFile } from 'node:fs/promises'
import { type Config, loadConfig, openConfig } from '@parasol/config'
import type { Terminal } from '../terminal.js'
import type { Check } from './check.js'
import { checkAccess } from './check-access.js'
import { checkClock } from './check-clock.js'
import { checkStores, checkUseCase, explain } from './check-crypto.js'
import { checkPermissions } from './check-files.js'
import { doctorTexts } from './doctor-texts.js'
import { type FoundPlace, scanFile } from './scan-file.js'

export interface Diagnosis {
  readonly checks: readonly Check[]
  readonly places: readonly FoundPlace[]
}

export interface DoctorOptions {
  readonly config?: string | undefined
  readonly files: readonly string[]
  readonly sample: number
}

/** Looks at everything that can keep data from being encrypted, or read. What fails stops nothing else. */
export async function runDoctor(terminal: Terminal, { config, files, sample }: DoctorOptions): Promise<Diagnosis> {
  const checks = [checkNode(terminal), ...(await checkConfig(terminal, config))]
  const places: FoundPlace[] = []
  for (const file of files) {
    const { check, found } = await checkFile(terminal, file, sample)
    checks.push(check)
    places.push(...found)
  }
  return { checks, places }
}

function checkNode(terminal: Terminal): Check {
  const texts = doctorTexts(terminal)
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    return { check: 'node', state: 'failed', message: texts.nodeOld(node) }
  if (major < 22) return { check: 'node', state: 'warning', message: texts.nodeEnds(node) }
  return { check: 'node', state: 'ok', message: texts.nodeWorks(node) }
}

async function checkConfig(terminal: Terminal, path: string | undefined): Promise<readonly Check[]> {
  try {
    const config = await loadConfig(path, { env: terminal.env })
    const text = await readFile(config.path, 'utf8')
    const message = doctorTexts(terminal).configWorks(Object.keys(config.useCases).length, config.schemes.size)
    return [
      { check: 'configuration', state: 'ok', about: config.path, message },
      ...(await checkPermissions(terminal, config.path, text)),
      ...(await checkClock(terminal, text)),
      ...(await checkCrypto(terminal, config, text)),
    ]
  } catch (error) {
    return [{ check: 'configuration', state: 'failed', message: explain(terminal, error) }]
  }
}

async function checkCrypto(terminal: Terminal, config: Config, text: string): Promise<readonly Check[]> {
  try {
    await using crypto = await openConfig(config)
    const checks: Check[] = []
    for (const name of Object.keys(config.useCases)) {
      checks.push(await checkUseCase(terminal, name, crypto.router.for(name)))
    }
    const access = await checkAccess(terminal, crypto, text)
    return [...checks, ...access, ...(await checkStores(terminal, crypto, config))]
  } catch (error) {
    return [{ check: 'configuration', state: 'failed', message: explain(terminal, error) }]
  }
}

async function checkFile(terminal: Terminal, file: string, sample: number) {
  const texts = doctorTexts(terminal)
  try {
    const result = await scanFile(file, sample, terminal.signal)
    if (!result)
      return { check: { check: 'scan', state: 'warning', about: file, message: texts.noText } as Check, found: [] }
    const { lines, found, places } = result
    const check: Check =
      found === 0
        ? { check: 'scan', state: 'ok', about: file, message: texts.clean(lines) }
        : { check: 'scan', state: 'failed', about: file, message: texts.found(found, lines) }
    return { check, found: places }
  } catch (error) {
    return {
      check: { check: 'scan', state: 'failed', about: file, message: explain(terminal, error) } as Check,
      found: [],
    }
  }
}
