import { deriveOneStep, encodeLabel } from './one-step-kdf.js'
import { RECORD_KEY_BYTES, type RecordKey } from './suite.js'

/** The version of the format, the first byte of every green key. */
export const FORMAT_VERSION = 1

export const RECORD_LABEL: Uint8Array = encodeLabel('parasol/envelope/record')

/**
 * The record key and commitment of the suites that derive by SP 800-56C: the two halves of 64 bytes, where FixedInfo is
 *
 *     u8 length of the label, label "parasol/envelope/record", u8 version, u8 suite, salt (24), encoded context
 *
 * Half of a SHA-512 value says nothing of the other half. Another data key with the same commitment would be a
 * collision of SHA-512 cut to 256 bits.
 */
export function deriveRecordKey(suite: number, dataKey: Uint8Array, salt: Uint8Array, context: Uint8Array): RecordKey {
  const derived = deriveOneStep(dataKey, RECORD_LABEL, Uint8Array.of(FORMAT_VERSION, suite), salt, context)
  return {
    key: derived.subarray(0, RECORD_KEY_BYTES),
    commitment: derived.subarray(RECORD_KEY_BYTES),
    [Symbol.dispose]: () => derived.fill(0, 0, RECORD_KEY_BYTES),
  }
}
