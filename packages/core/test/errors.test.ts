import { CryptoError, decryptionFailed, throwIfAborted } from '@parasol/core'
import { expect, it } from 'vitest'

it('says by its code whether the same call may succeed later', () => {
  expect(new CryptoError('THROTTLED', 'Slow down').retryable).toBe(true)
  expect(new CryptoError('DECRYPTION_FAILED', 'No').retryable).toBe(false)
})

it('is recognised across copies of the package, by its brand and not by its class', () => {
  class Other extends Error {}
  Object.defineProperty(Other.prototype, Symbol.for('@parasol/core:CryptoError'), { value: true })
  expect(CryptoError.is(new Other())).toBe(true)
  expect(CryptoError.is(new CryptoError('IO', 'x'))).toBe(true)
  expect([new Error('x'), null, undefined, 'x', {}].some(CryptoError.is)).toBe(false)
})

it('carries the finer reason of a backend', () => {
  expect(new CryptoError('THROTTLED', 'x', { reason: 'Rejected.Throttling' }).reason).toBe('Rejected.Throttling')
  expect(new CryptoError('THROTTLED', 'x').reason).toBeUndefined()
})

it('makes every failure to decrypt look the same', () => {
  expect(decryptionFailed(new Error('tag')).message).toBe(decryptionFailed().message)
  expect(decryptionFailed().code).toBe('DECRYPTION_FAILED')
})

it('turns an aborted signal into ABORTED', () => {
  expect(() => throwIfAborted(undefined)).not.toThrow()
  expect(() => throwIfAborted(new AbortController().signal)).not.toThrow()
  expect(() => throwIfAborted(AbortSignal.abort())).toThrow(expect.objectContaining({ code: 'ABORTED' }))
})
