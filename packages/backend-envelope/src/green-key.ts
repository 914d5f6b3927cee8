import { FORMAT_VERSION } from './record-key.js'
import { COMMITMENT_BYTES, SALT_BYTES } from './suite.js'
import { decodeWrappedKeys, type WrappedKeyList } from './wrapped-keys.js'

/**
 * The wrapped ("green") key of a record: all that is needed to open its fields, but the KMS.
 *
 *     offset  size  field
 *     0       1     version = 1
 *     1       1     suite
 *     2       24    salt, random, of this record
 *     26      32    commitment
 *     58      ..    wrapped keys with their tag (`wrapped-keys.ts`)
 */
export interface GreenKey {
  readonly suite: number
  readonly salt: Uint8Array
  readonly commitment: Uint8Array
  readonly wrappedKeys: WrappedKeyList
  /** Of the whole. */
  readonly length: number
}

export const SALT_AT = 2
export const COMMITMENT_AT: number = SALT_AT + SALT_BYTES
export const LIST_AT: number = COMMITMENT_AT + COMMITMENT_BYTES

/** How long a green key with this list is. */
export function greenKeyBytes(encodedList: Uint8Array): number {
  return LIST_AT + encodedList.length
}

/** Writes a green key into the target, where its salt already is. */
export function writeGreenKey(
  target: Uint8Array,
  start: number,
  suite: number,
  commitment: Uint8Array,
  encodedList: Uint8Array,
): void {
  target[start] = FORMAT_VERSION
  target[start + 1] = suite
  target.set(commitment, start + COMMITMENT_AT)
  target.set(encodedList, start + LIST_AT)
}

/** @param encodedList what `encodeWrappedKeys` made */
export function encodeGreenKey(
  suite: number,
  salt: Uint8Array,
  commitment: Uint8Array,
  encodedList: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(greenKeyBytes(encodedList))
  bytes.set(salt, SALT_AT)
  writeGreenKey(bytes, 0, suite, commitment, encodedList)
  return bytes
}

/** The green key that the bytes begin with; undefined if they do not begin with one. Its parts are views. */
export function decodeGreenKey(bytes: Uint8Array): GreenKey | undefined {
  if (bytes[0] !== FORMAT_VERSION || bytes.length < LIST_AT) return undefined
  const wrappedKeys = decodeWrappedKeys(bytes.subarray(LIST_AT))
  if (!wrappedKeys) return undefined
  return {
    suite: bytes[1] as number,
    salt: bytes.subarray(SALT_AT, COMMITMENT_AT),
    commitment: bytes.subarray(COMMITMENT_AT, LIST_AT),
    wrappedKeys,
    length: LIST_AT + wrappedKeys.encoded.length,
  }
}
