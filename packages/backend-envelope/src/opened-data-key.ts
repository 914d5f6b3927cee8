import { DATA_KEY_BYTES, type DataKey, decryptionFailed } from '@parasol/core'
import type { DataKeyLease } from './data-key-source.js'
import { isMadeWith, type WrappedKeyList } from './wrapped-keys.js'

/** Lends a data key, which is zeroed when the lease ends. */
export function lend(key: DataKey, encodedList: Uint8Array): DataKeyLease {
  return { plaintext: key.plaintext, encodedList, [Symbol.dispose]: () => key[Symbol.dispose]() }
}

/**
 * Lends a data key that one of a list's wrappings held, if the list was made with it; else zeroes it.
 *
 * @throws CryptoError DECRYPTION_FAILED
 */
export function lendOpened(key: DataKey, list: WrappedKeyList): DataKeyLease {
  if (key.plaintext.length === DATA_KEY_BYTES && isMadeWith(key.plaintext, list)) return lend(key, list.encoded)
  key[Symbol.dispose]()
  throw decryptionFailed()
}
