import { CryptoError } from '@parasol/core'
import { aes256Gcm } from './aes-256-gcm.js'
import { chacha20Poly1305 } from './chacha20-poly1305.js'
import { chacha20Poly1305Blake2b } from './chacha20-poly1305-blake2b.js'
import { FORMAT_VERSION } from './record-key.js'
import type { Suite } from './suite.js'
import { xsalsa20Poly1305 } from './xsalsa20-poly1305.js'

/** Every suite. */
export const suites: readonly Suite[] = [aes256Gcm, chacha20Poly1305, chacha20Poly1305Blake2b, xsalsa20Poly1305]

export const suiteNames: readonly string[] = suites.map(({ name }) => name)

/** @throws CryptoError INVALID_CONFIG that names the suites there are */
export function suiteByName(name: string): Suite {
  const suite = suites.find((each) => each.name === name)
  if (suite) return suite
  throw new CryptoError('INVALID_CONFIG', `No envelope suite "${name}" (have: ${suiteNames.join(', ')})`)
}

/** Whether bytes begin as a ciphertext of this version does. */
export function beginsEnvelope([version, suite]: Uint8Array): boolean {
  return version === FORMAT_VERSION && suites.some(({ id }) => id === suite)
}
