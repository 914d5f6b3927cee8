import { gpgError } from '../gpg-errors.js'

/** Text in UTF-8. @throws CryptoError INVALID_INPUT, reason GPG_TEXT_EXPECTED for other bytes */
export function requireText(data: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data)
  } catch {
    throw gpgError('GPG_TEXT_EXPECTED', 'Expected text in UTF-8, for it is to be signed or encrypted as text')
  }
}
