import { deriveOneStep, encodeLabel } from './one-step-kdf.js'
import { RECORD_KEY_BYTES, type RecordKey, type Suite } from './suite.js'

/** The version of the format, the first byte of every green key. */
export const FORMAT_VERSION = 1

export const RECORD_LABEL: Uint8Array = encodeLabel('parasol/envelope/record')

/**
 * The record key and commitment of a suite: the two halves of the 64 bytes that its KDF gives, where FixedInfo is
 *
 *     u8 length of the label, label "parasol/envelope/record", u8 version, u8 suite, salt (24), encoded context
 *
 * Half of the hash's value says nothing of the other half. Another data key with the same commitment would be a
 * collision of the hash, cut to 256 bits.
 */
export function deriveRecordKey(
  { id, kdfHash }: Suite,
  dataKey: Uint8Array,
  salt: Uint8Array,
  context: Uint8Array,
): RecordKey {
  const derived = deriveOneStep(kdfHash, dataKey, RECORD_LABEL, Uint8Array.of(FORMAT_VERSION, id), salt, context)
  return {
    key: derived.subarray(0, RECORD_KEY_BYTES),
    commitment: derived.subarray(RECORD_KEY_BYTES),
    [Symbol.dispose]: () => derived.fill(0, 0, RECORD_KEY_BYTES),
  }
}
