import { CryptoError } from '@parasol/core'
import { aes256Gcm } from './aes-256-gcm.js'
import type { Suite } from './suite.js'
import { xsalsa20Poly1305 } from './xsalsa20-poly1305.js'

/** Every suite. Id 2 is kept for ChaCha20-Poly1305. */
export const suites: readonly Suite[] = [aes256Gcm, xsalsa20Poly1305]

export const suiteNames: readonly string[] = suites.map(({ name }) => name)

/** @throws CryptoError INVALID_CONFIG that names the suites there are */
export function suiteByName(name: string): Suite {
  const suite = suites.find((each) => each.name === name)
  if (suite) return suite
  throw new CryptoError('INVALID_CONFIG', `No envelope suite "${name}" (have: ${suiteNames.join(', ')})`)
}
