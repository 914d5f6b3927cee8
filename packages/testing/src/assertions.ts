import assert from 'node:assert/strict'

import { CryptoError, type CryptoErrorCode, decryptionFailed } from '@parasol/core'

import { equalBytes } from './bytes.js'
import { assertShowsNothingOf } from './leaks.js'
import { PLAINTEXT } from './samples.js'
import type { Integrity } from './subject.js'

/** Compares bytes without printing them. */
export function assertBytes(
  actual: Uint8Array,
  expected: Uint8Array,
  message = 'The plaintext came back changed',
): void {
  assert.ok(actual instanceof Uint8Array, 'Bytes are a Uint8Array')
  assert.ok(equalBytes(actual, expected), `${message} (${expected.length} bytes, now ${actual.length})`)
}

/** Fails unless the work rejects with a CryptoError of this code that shows none of the secrets. */
export async function assertRejects(
  code: CryptoErrorCode,
  work: () => Promise<unknown>,
  secrets: readonly Uint8Array[] = [PLAINTEXT],
): Promise<CryptoError> {
  const error = await rejection(work, `It resolved where it had to reject with ${code}`)
  assertShowsNothingOf(secrets, error)
  assert.ok(CryptoError.is(error), `It rejected with what is not a CryptoError where ${code} was due`)
  assert.equal(error.code, code)
  assert.equal(error.retryable, new CryptoError(code, '').retryable, `${code} is never retryable here and not there`)
  return error
}

/** Fails unless the work rejects as every failure to decrypt does. */
export async function assertDecryptionFails(
  work: () => Promise<unknown>,
  secrets: readonly Uint8Array[] = [PLAINTEXT],
): Promise<CryptoError> {
  const error = await assertRejects('DECRYPTION_FAILED', work, secrets)
  assert.equal(error.message, decryptionFailed().message, 'Every failure to decrypt has the same message')
  return error
}

/**
 * Fails unless a tampered ciphertext is refused, or, where the format does not promise more than the integrity of the
 * plaintext, decrypts to one of the plaintexts that went in.
 */
export async function assertTamperingFails(
  integrity: Integrity,
  decrypt: () => Promise<Uint8Array>,
  plaintexts: readonly Uint8Array[] = [PLAINTEXT],
): Promise<void> {
  if (integrity === 'ciphertext') {
    await assertDecryptionFails(decrypt, plaintexts)
    return
  }
  const outcome = await settle(decrypt)
  if ('error' in outcome) await assertDecryptionFails(() => Promise.reject(outcome.error), plaintexts)
  else
    assert.ok(
      plaintexts.some((each) => equalBytes(each, outcome.value)),
      'A tampered ciphertext gave a new plaintext',
    )
}

export type Outcome<T> = { readonly value: T } | { readonly error: unknown }

/** What came of the work, either way. */
export async function settle<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error }
  }
}

async function rejection(work: () => Promise<unknown>, message: string): Promise<unknown> {
  const outcome = await settle(work)
  if ('error' in outcome) return outcome.error
  return assert.fail(message)
}
