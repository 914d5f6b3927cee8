import { timingSafeEqual } from 'node:crypto'
import { decryptionFailed, type SealedRecord } from '@parasol/core'
import { arena } from './arena.js'
import type { DataKeyLease } from './data-key-source.js'
import { FIELD_OVERHEAD, openField, SINGLE_VALUE, sealFieldAt } from './field.js'
import { type GreenKey, greenKeyBytes, SALT_AT, writeGreenKey } from './green-key.js'
import { allocatePublic } from './public-bytes.js'
import { fillRandom } from './random-pool.js'
import type { RecordArena } from './record-arena.js'
import { SALT_BYTES, type Suite } from './suite.js'

/** A field of a record that is to be encrypted. */
export interface NamedField {
  readonly name: string
  readonly plaintext: Uint8Array
  readonly aad: Uint8Array
}

/** How records of a suite are read and written while a data key is at hand. All of it is synchronous. */
export interface Opening {
  readonly suite: Suite
  readonly greenKey: GreenKey
}

/** Green key and field of a value that stands alone. @param context the encoded context */
export function sealValue(suite: Suite, dataKey: DataKeyLease, plaintext: Uint8Array, context: Uint8Array): Uint8Array {
  const fieldAt = greenKeyBytes(dataKey.encodedList)
  const target = allocatePublic(fieldAt + plaintext.length + FIELD_OVERHEAD)
  const place = arena()
  try {
    startRecord(place, suite, dataKey, context, target)
    sealFieldAt(suite, place.key, plaintext, SINGLE_VALUE, target, fieldAt)
    return target
  } finally {
    place.wipe()
  }
}

/** @param context the encoded context */
export function sealRecord(
  suite: Suite,
  dataKey: DataKeyLease,
  fields: readonly NamedField[],
  context: Uint8Array,
): SealedRecord {
  const greenKey = allocatePublic(greenKeyBytes(dataKey.encodedList))
  const place = arena()
  try {
    startRecord(place, suite, dataKey, context, greenKey)
    const sealed = new Map<string, Uint8Array>()
    for (const { name, plaintext, aad } of fields) {
      const target = allocatePublic(plaintext.length + FIELD_OVERHEAD)
      sealFieldAt(suite, place.key, plaintext, aad, target, 0)
      sealed.set(name, target)
    }
    return { key: greenKey, fields: sealed }
  } finally {
    place.wipe()
  }
}

/** @throws CryptoError DECRYPTION_FAILED */
export function openValue(opening: Opening, dataKey: DataKeyLease, field: Uint8Array, context: Uint8Array): Uint8Array {
  const place = arena()
  try {
    resumeRecord(place, opening, dataKey, context)
    return openField(opening.suite, place.key, field, SINGLE_VALUE)
  } finally {
    place.wipe()
  }
}

/** @throws CryptoError DECRYPTION_FAILED if one of them cannot be opened */
export function openFields(
  opening: Opening,
  dataKey: DataKeyLease,
  fields: readonly (readonly [name: string, field: Uint8Array, aad: Uint8Array])[],
  context: Uint8Array,
): ReadonlyMap<string, Uint8Array> {
  const place = arena()
  try {
    resumeRecord(place, opening, dataKey, context)
    return new Map(fields.map(([name, field, aad]) => [name, openField(opening.suite, place.key, field, aad)]))
  } finally {
    place.wipe()
  }
}

/** Derives the key of a new record, and writes its green key. */
function startRecord(
  place: RecordArena,
  suite: Suite,
  dataKey: DataKeyLease,
  context: Uint8Array,
  target: Uint8Array,
): void {
  const salt = target.subarray(SALT_AT, SALT_AT + SALT_BYTES)
  fillRandom(salt)
  place.derive(suite, dataKey.plaintext, salt, context)
  writeGreenKey(target, 0, suite.id, place.commitment, dataKey.encodedList)
}

/** Derives the key of a record, if its green key commits to this data key and context. */
function resumeRecord(
  place: RecordArena,
  { suite, greenKey }: Opening,
  dataKey: DataKeyLease,
  context: Uint8Array,
): void {
  place.derive(suite, dataKey.plaintext, greenKey.salt, context)
  if (!timingSafeEqual(place.commitment, greenKey.commitment)) throw decryptionFailed()
}
