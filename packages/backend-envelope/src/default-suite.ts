import { getFips } from 'node:crypto'
import { aes256Gcm } from './aes-256-gcm.js'
import { chacha20Poly1305Blake2b } from './chacha20-poly1305-blake2b.js'
import { SODIUM_MAX_BYTES } from './sodium-aead.js'
import type { Suite } from './suite.js'
import { suiteByName } from './suites.js'

/** Which suite encrypts a value of so many bytes, or a record whose longest field has so many. */
export type SuiteChoice = (bytes: number) => Suite

/**
 * Where none is named: the fastest. CPU us from text to token under `reuse`, on Node 20 and 24:
 *
 *     bytes                       16           64           256          1,024        1,500        4,096        16,384
 *     aes-256-gcm                 5.8   7.1    5.7   6.7    6.9   6.4    6.9   9.2    7.3   10.6   10.9  10.4   22    18
 *     chacha20-poly1305-blake2b   2.0   2.0    2.1   1.9    2.5   2.5    4.6   5.0    8.2   9.3    11.7  11.5   19    21
 *
 * For long data, such as streams, OpenSSL's AES is twice as fast as its ChaCha20. Where OpenSSL is in FIPS mode, it is
 * AES for all.
 */
export const defaultSuite: SuiteChoice = (bytes) =>
  bytes <= SODIUM_MAX_BYTES && !isFips ? chacha20Poly1305Blake2b : aes256Gcm

/** @throws CryptoError INVALID_CONFIG that names the suites there are */
export function suiteChoice(name: string | undefined): SuiteChoice {
  if (name === undefined) return defaultSuite
  const suite = suiteByName(name)
  return () => suite
}

/** The suites that are read: what a choice may encrypt with among them. */
export function readableSuites(choice: SuiteChoice, names: readonly string[]): ReadonlyMap<number, Suite> {
  const chosen = [choice(0), choice(Number.POSITIVE_INFINITY)]
  return new Map([...names.map(suiteByName), ...chosen].map((suite) => [suite.id, suite]))
}

const isFips = getFips() === 1
