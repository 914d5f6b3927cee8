import type { PrivateKey } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { renewSelfSignatures } from './renew-self-signatures.js'

/**
 * The key with another expiry, of itself and of every subkey that is not revoked; it changes the key that it is given,
 * whose primary part is unlocked.
 *
 * @param expires undefined for never
 */
export function extendKey(key: PrivateKey, expires: Date | undefined): Promise<PrivateKey> {
  const lifetime = lifetimeOf(expires)
  return renewSelfSignatures(key, { lifetime })
}

const MAX_LIFETIME_SECONDS = 0xffff_ffff

/** Expiry is written as seconds from the creation of each part. */
export function lifetimeOf(expires: Date | undefined): (created: Date) => number {
  if (expires && !(expires.getTime() > Date.now())) {
    throw gpgError('GPG_KEY_OPTIONS_INVALID', 'Expected a time in the future for a key to expire at')
  }
  return (created) => {
    const seconds = expires ? Math.ceil((expires.getTime() - created.getTime()) / 1000) : 0
    if (seconds <= MAX_LIFETIME_SECONDS) return seconds
    throw gpgError('GPG_KEY_OPTIONS_INVALID', `A key can live for ${MAX_LIFETIME_SECONDS} seconds at most, or for ever`)
  }
}
