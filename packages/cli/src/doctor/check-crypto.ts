import type { Config, openConfig } from '@parasol/config'
import { type Cipher, CryptoError } from '@parasol/core'
import { LocalKms } from '@parasol/kms-local'
import { errorHints } from '../error-texts.js'
import type { Terminal } from '../terminal.js'
import type { Check } from './check.js'
import { doctorTexts } from './doctor-texts.js'

type Crypto = Awaited<ReturnType<typeof openConfig>>

const PROBE = 'parasol doctor'

/** Encrypts and decrypts something for a use case: its KMS is there, lets us in, and its key can be used. */
export async function checkUseCase(terminal: Terminal, name: string, cipher: Cipher): Promise<Check> {
  const start = performance.now()
  try {
    const opened = await roundTrip(cipher, terminal.signal)
    if (opened !== PROBE) throw new CryptoError('INTERNAL', 'What was decrypted is not what was encrypted')
    const ms = Math.round(performance.now() - start)
    return { check: 'use case', state: 'ok', about: name, message: doctorTexts(terminal).works(cipher.scheme, ms) }
  } catch (error) {
    return { check: 'use case', state: 'failed', about: name, message: explain(terminal, error) }
  }
}

/** The stores that this process opened: damage, states of keys, the audit log. */
export async function checkStores(terminal: Terminal, crypto: Crypto, config: Config): Promise<readonly Check[]> {
  const checks: Check[] = []
  for (const name of config.kms.keys()) {
    const kms = kmsOf(crypto, name)
    if (kms instanceof LocalKms) checks.push(...(await checkStore(terminal, name, kms)))
  }
  return checks
}

async function checkStore(terminal: Terminal, about: string, kms: LocalKms): Promise<readonly Check[]> {
  const texts = doctorTexts(terminal)
  try {
    const service = await kms.open()
    const damage = service.damage.map(({ message }): Check => ({ check: 'store', state: 'failed', about, message }))
    const unusable = service.keys.filter(({ metadata }) => metadata.state !== 'Enabled')
    const keys = unusable.map(({ metadata }): Check => {
      return { check: 'key', state: 'warning', about: metadata.id, message: texts.keyState(metadata.state) }
    })
    await service.verifyAuditLog()
    const whole: Check = { check: 'store', state: 'ok', about, message: texts.storeWhole(service.keys.length) }
    return [...(damage.length > 0 ? damage : [whole]), ...keys]
  } catch (error) {
    return [{ check: 'store', state: 'failed', about, message: explain(terminal, error) }]
  }
}

/** One that no use case reaches was not built. */
function kmsOf(crypto: Crypto, name: string): unknown {
  try {
    return crypto.kms(name)
  } catch {
    return undefined
  }
}

/** A scheme that cannot bind a context refuses one. */
async function roundTrip(cipher: Cipher, signal: AbortSignal): Promise<string> {
  const context = { parasol: 'doctor' }
  try {
    return await cipher.decrypt(await cipher.encrypt(PROBE, context, { signal }), context, { signal })
  } catch (error) {
    if (!CryptoError.is(error) || error.code !== 'INVALID_INPUT') throw error
    return cipher.decrypt(await cipher.encrypt(PROBE, {}, { signal }), {}, { signal })
  }
}

export function explain(terminal: Terminal, error: unknown): string {
  if (!CryptoError.is(error)) {
    const { code, name = 'Error' } = Object(error) as { code?: string; name?: string }
    return doctorTexts(terminal).unexpected(code ?? name)
  }
  const hint = errorHints(terminal)[error.code].replace(/[;；].*doctor.*$/, '')
  return hint === '' ? error.message : `${error.message}. ${hint}`
}
