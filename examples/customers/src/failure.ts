import { CryptoError, type CryptoErrorCode } from '@parasol/core'
import { InputError } from './input-error.js'

/** Errors that are about one value and not about the KMS, the keys or the configuration. */
const ABOUT_A_VALUE: ReadonlySet<CryptoErrorCode> = new Set([
  'INVALID_INPUT',
  'PLAINTEXT_TOO_LARGE',
  'DECRYPTION_FAILED',
  'SCHEME_NOT_ALLOWED',
])

/** Says of an error that is about a value where in which file the value is. */
export async function atLine<T>(file: string, line: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!CryptoError.is(error) || !ABOUT_A_VALUE.has(error.code)) throw error
    throw new InputError(`${JSON.stringify(file)}, line ${line}: ${error.message}`)
  }
}

/** One line about any error, without a stack. What nobody foresaw may repeat values, so only its kind is shown. */
export function describe(error: unknown): string {
  if (error instanceof InputError || CryptoError.is(error)) return error.message.replaceAll(/\s*\n\s*/g, '; ')
  const { name = 'Error', code } = Object(error) as { name?: string; code?: string }
  return `Something unexpected happened (${code ?? name})`
}

export function exitCodeOf(error: unknown): number {
  return error instanceof InputError ? error.exitCode : 1
}
