import { CryptoError, decryptionFailed } from './errors.js'

/** Whatever a provider throws, the application sees a CryptoError. */
export async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw CryptoError.is(cause) ? cause : schemeFailed(cause)
  }
}

export function schemeFailed(cause: unknown): CryptoError {
  return new CryptoError('INTERNAL', 'The scheme failed', { cause })
}

export async function guardDecryption<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw CryptoError.is(cause) ? cause : decryptionFailed(cause)
  }
}
