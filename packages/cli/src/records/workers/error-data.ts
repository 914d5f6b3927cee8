import { CryptoError, type CryptoErrorCode } from '@parasol/core'
import { UsageError } from '../../usage-error.js'

/** An error on its way from one thread to another, which would lose its class and its code. */
export interface ErrorData {
  readonly kind: 'crypto' | 'usage' | 'other'
  readonly code: string
  readonly message: string
  readonly reason?: string | undefined
}

export function errorData(error: unknown): ErrorData {
  if (error instanceof UsageError) return { kind: 'usage', code: '', message: error.message }
  if (CryptoError.is(error)) return { kind: 'crypto', code: error.code, message: error.message, reason: error.reason }
  const { code, name = 'Error' } = Object(error) as { code?: string; name?: string }
  return { kind: 'other', code: code ?? name, message: '' }
}

export function errorFrom({ kind, code, message, reason }: ErrorData): Error {
  if (kind === 'usage') return new UsageError(message)
  if (kind === 'other') return Object.assign(new Error(message), { code })
  return new CryptoError(code as CryptoErrorCode, message, reason === undefined ? {} : { reason })
}
