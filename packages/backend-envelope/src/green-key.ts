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
const COMMITMENT_AT = SALT_AT + SALT_BYTES
const LIST_AT = COMMITMENT_AT + COMMITMENT_BYTES

/** How long a green key with this list is. */
export function greenKeyBytes(encodedList: Uint8Array): number {
  return LIST_AT + encodedList.length
}

/** Writes a green key over the beginning of the target, where its salt already is. */
export function writeGreenKey(
  target: Uint8Array,
  suite: number,
  commitment: Uint8Array,
  encodedList: Uint8Array,
): void {
  target[0] = FORMAT_VERSION
  target[1] = suite
  target.set(commitment, COMMITMENT_AT)
  target.set(encodedList, LIST_AT)
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
  writeGreenKey(bytes, suite, commitment, encodedList)
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
