import { Buffer, isAscii } from 'node:buffer'
import { timingSafeEqual } from 'node:crypto'
import { BEYOND_LATIN1, giveBack, writeUtf8 } from '@parasol/core'
import { arena } from './arena.js'
import {
  AAD_AT,
  CIPHERTEXT_AT,
  FIELD_AT,
  KDF_SALT_AT,
  KEY_AT,
  MAX_AAD_BYTES,
  MAX_TEXT_BYTES,
  TEXT_AT,
} from './arena-layout.js'
import type { DataKeyLease } from './data-key-source.js'
import { greenKeyBytes, SALT_AT, writeGreenKey } from './green-key.js'
import { fillRandom } from './random-pool.js'
import type { RecordArena } from './record-arena.js'
import { NONCE_BYTES, SALT_BYTES, type Suite, TAG_BYTES } from './suite.js'

/*
 * The steps of sealing and opening a text in the arena. What stands there is good until the event loop turns or another
 * value has its turn, so all of this is synchronous.
 */

/** From here on it pays to look whether text is ASCII, which is made a string faster. */
const LONG = 1024

/** The length of a text in UTF-8; undefined if the arena has no room for it. */
export function textBytesOf(text: string): number | undefined {
  if (text.length > MAX_TEXT_BYTES) return undefined
  const bytes = text.length >= LONG && isLongAscii(text) ? text.length : Buffer.byteLength(text)
  return bytes > MAX_TEXT_BYTES ? undefined : bytes
}

/** V8 would look at one character after the other; to copy them takes less. */
function isLongAscii(text: string): boolean {
  if (BEYOND_LATIN1.test(text)) return false
  const place = arena()
  place.bytes.write(text, TEXT_AT, text.length, 'latin1')
  try {
    return isAscii(place.view(TEXT_AT, text.length))
  } finally {
    place.bytes.fill(0, TEXT_AT, TEXT_AT + text.length)
  }
}

/** Whether the arena has room for the name of a field, and UTF-8 holds it without loss. */
export function fitsName(name: string): boolean {
  return 3 * name.length < MAX_AAD_BYTES && name.isWellFormed()
}

/** The AAD of a value that stands alone. Gives its length. */
export function placeValueAad({ bytes }: RecordArena): number {
  bytes[AAD_AT] = 0
  return 1
}

/** The AAD of a field with a name that fits. */
export function placeFieldAad({ bytes }: RecordArena, name: string): number {
  bytes[AAD_AT] = 1
  return 1 + writeUtf8(name, bytes, AAD_AT + 1, MAX_AAD_BYTES - 1)
}

/** Derives the key of a new record, whose context is there, and writes its green key before the field; gives its start. */
export function startRecord(arena: RecordArena, suite: Suite, lease: DataKeyLease, contextEnd: number): number {
  const { bytes } = arena
  const start = FIELD_AT - greenKeyBytes(lease.encodedList)
  fillRandom(bytes, KDF_SALT_AT, KDF_SALT_AT + SALT_BYTES)
  arena.deriveHere(suite, lease.plaintext, contextEnd)
  bytes.copyWithin(start + SALT_AT, KDF_SALT_AT, KDF_SALT_AT + SALT_BYTES)
  writeGreenKey(bytes, start, suite.id, arena.commitment, lease.encodedList)
  return start
}

/** Seals a text of so many bytes in the field; gives its end. */
export function sealText(arena: RecordArena, suite: Suite, text: string, textBytes: number, aadBytes: number): number {
  const { bytes } = arena
  fillRandom(bytes, FIELD_AT, TEXT_AT)
  // ASCII is written faster if it need not be found out that it is ASCII.
  bytes.write(text, TEXT_AT, textBytes, text.length === textBytes ? 'latin1' : 'utf8')
  try {
    suite.arenaAead(textBytes).seal(textBytes, aadBytes)
    return TEXT_AT + textBytes + TAG_BYTES
  } catch (error) {
    bytes.fill(0, TEXT_AT, TEXT_AT + textBytes)
    throw error
  }
}

/** Derives the key of the record whose green key and context are there; gives whether its green key commits to it. */
export function resumeRecord(arena: RecordArena, suite: Suite, lease: DataKeyLease, contextEnd: number): boolean {
  const { bytes } = arena
  const saltAt = CIPHERTEXT_AT + SALT_AT
  bytes.copyWithin(KDF_SALT_AT, saltAt, saltAt + SALT_BYTES)
  arena.deriveHere(suite, lease.plaintext, contextEnd)
  return timingSafeEqual(arena.commitment, arena.givenCommitment)
}

/** Opens the field that begins at an offset; undefined if it is not authentic, or perhaps not UTF-8. */
export function openText(
  arena: RecordArena,
  suite: Suite,
  fieldAt: number,
  textBytes: number,
  aadBytes: number,
): string | undefined {
  const { bytes } = arena
  if (textBytes < 0 || textBytes > MAX_TEXT_BYTES) return undefined
  if (textBytes >= LONG) return openLongText(arena, suite, fieldAt, textBytes, aadBytes)
  if (!suite.arenaAead(textBytes).open(fieldAt, textBytes, aadBytes)) return undefined
  const text = readUtf8(bytes, KEY_AT - textBytes, KEY_AT)
  arena.wipeText(textBytes)
  return text
}

/** A long text is decrypted into memory of its own anyway. It is read there, and not copied to its place in the arena. */
function openLongText(
  arena: RecordArena,
  suite: Suite,
  fieldAt: number,
  textBytes: number,
  aadBytes: number,
): string | undefined {
  const sealed = arena.view(fieldAt + NONCE_BYTES, textBytes + TAG_BYTES)
  const opened = suite.open(arena.key, arena.view(fieldAt, NONCE_BYTES), sealed, arena.view(AAD_AT, aadBytes))
  if (!opened) return undefined
  const bytes = Buffer.from(opened.buffer, opened.byteOffset, opened.length)
  const text = isAscii(bytes) ? bytes.toString('latin1') : readUtf8(bytes, 0, bytes.length)
  opened.fill(0)
  giveBack(opened)
  return text
}

function readUtf8(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end)
  // What stands in the place of bytes that are not UTF-8, unless it was encrypted as it is.
  return text.includes('\ufffd') ? undefined : text
}
