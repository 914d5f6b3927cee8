import { timingSafeEqual } from 'node:crypto'
import { decryptionFailed } from '@parasol/core'
import type { DataKeyLease } from './data-key-source.js'
import { encodeGreenKey, type GreenKey } from './green-key.js'
import { fillRandom } from './random-pool.js'
import { deriveRecordKey } from './record-key.js'
import { type RecordKey, SALT_BYTES, type Suite } from './suite.js'

/** A record that is being encrypted. */
export interface NewRecord extends Disposable {
  /** Zeroed on disposal. */
  readonly key: Uint8Array
  readonly greenKey: Uint8Array
}

/**
 * A new record under a data key: a key of its own, derived with a random salt, and the green key that leads to it.
 *
 * @param context the encoded context
 */
export function createRecord(suite: Suite, { plaintext, encodedList }: DataKeyLease, context: Uint8Array): NewRecord {
  const salt = new Uint8Array(SALT_BYTES)
  fillRandom(salt)
  const recordKey = deriveRecordKey(suite, plaintext, salt, context)
  return {
    key: recordKey.key,
    greenKey: encodeGreenKey(suite.id, salt, recordKey.commitment, encodedList),
    [Symbol.dispose]: () => recordKey[Symbol.dispose](),
  }
}

/**
 * The key of a record, if its green key commits to this data key and context.
 *
 * @throws CryptoError DECRYPTION_FAILED
 */
export function openRecord(
  suite: Suite,
  { salt, commitment }: GreenKey,
  { plaintext }: DataKeyLease,
  context: Uint8Array,
): RecordKey {
  const recordKey = deriveRecordKey(suite, plaintext, salt, context)
  if (timingSafeEqual(recordKey.commitment, commitment)) return recordKey
  recordKey[Symbol.dispose]()
  throw decryptionFailed()
}
