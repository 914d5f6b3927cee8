import { createHmac, timingSafeEqual } from 'node:crypto'
import { CryptoError } from '@parasol/core'
import { deriveOneStep } from './one-step-kdf.js'
import { FORMAT_VERSION } from './record-key.js'
import { TAG_BYTES } from './suite.js'

/** One wrapping of a data key. */
export interface WrappedKey {
  /** What can open it; 1: a KMS. */
  readonly kind: number
  /** For a KMS, the key id as it was configured: for people and for choosing among wrappings. */
  readonly label: string
  readonly bytes: Uint8Array
}

export const KMS_WRAPPING = 1
export const MAX_WRAPPED_KEYS = 16
const MAX_LABEL_BYTES = 255
const MAX_WRAPPED_BYTES = 65_535
const TAG_LABEL = Buffer.from('parasol/envelope/wrapped-keys')

/**
 * The wrappings of a data key, each of which opens the same records:
 *
 *     u8 count, then for each: u8 kind, u8 length of the label, label, u16 length of the wrapped key, wrapped key
 *     tag (16): the first bytes of HMAC-SHA-256 of the version and all of that, under a key derived from the data key
 *
 * The tag binds those wrappings too that a reader does not use. It is the same for every record of a data key.
 */
export function encodeWrappedKeys(keys: readonly WrappedKey[], dataKey: Uint8Array): Uint8Array {
  const list = Buffer.concat([Uint8Array.of(keys.length), ...keys.flatMap(encodeWrappedKey)])
  return Buffer.concat([list, listTag(list, dataKey)])
}

/** A list as it stands in a green key. */
export interface WrappedKeyList {
  readonly keys: readonly WrappedKey[]
  /** Of the whole list with its tag. */
  readonly length: number
  /** Whether the list is one that the holder of this data key made. */
  isMadeWith(dataKey: Uint8Array): boolean
}

/** Undefined if the bytes do not begin with a list. All lengths are checked before anything is copied. */
export function decodeWrappedKeys(bytes: Uint8Array): WrappedKeyList | undefined {
  const count = bytes[0] ?? 0
  if (count < 1 || count > MAX_WRAPPED_KEYS) return undefined
  const keys: WrappedKey[] = []
  let offset = 1
  for (let index = 0; index < count; index++) {
    const decoded = decodeWrappedKey(bytes, offset)
    if (!decoded) return undefined
    keys.push(decoded.key)
    offset = decoded.end
  }
  const length = offset + TAG_BYTES
  if (length > bytes.length) return undefined
  const isMadeWith = (dataKey: Uint8Array): boolean =>
    timingSafeEqual(listTag(bytes.subarray(0, offset), dataKey), bytes.subarray(offset, length))
  return { keys, length, isMadeWith }
}

function encodeWrappedKey({ kind, label, bytes }: WrappedKey): Uint8Array[] {
  const name = Buffer.from(label)
  if (name.length > MAX_LABEL_BYTES || bytes.length > MAX_WRAPPED_BYTES) {
    throw new CryptoError(
      'INVALID_INPUT',
      `A wrapped key of ${bytes.length} bytes with a key id of ${name.length}: at most ${MAX_WRAPPED_BYTES} and ${MAX_LABEL_BYTES}`,
    )
  }
  return [Uint8Array.of(kind, name.length), name, Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]
}

function decodeWrappedKey(bytes: Uint8Array, start: number): { key: WrappedKey; end: number } | undefined {
  const [kind, labelLength] = [bytes[start], bytes[start + 1]]
  if (kind === undefined || labelLength === undefined) return undefined
  const lengthAt = start + 2 + labelLength
  const [high, low] = [bytes[lengthAt], bytes[lengthAt + 1]]
  if (high === undefined || low === undefined) return undefined
  const end = lengthAt + 2 + high * 256 + low
  if (end > bytes.length) return undefined
  const label = Buffer.from(bytes.subarray(start + 2, lengthAt)).toString()
  return { key: { kind, label, bytes: bytes.subarray(lengthAt + 2, end) }, end }
}

function listTag(list: Uint8Array, dataKey: Uint8Array): Buffer {
  const key = deriveOneStep(dataKey, (target, offset) => {
    const start = target.writeUInt8(TAG_LABEL.length, offset)
    return start + TAG_LABEL.copy(target, start)
  })
  const tag = createHmac('sha256', key).update(Uint8Array.of(FORMAT_VERSION)).update(list).digest()
  key.fill(0)
  return tag.subarray(0, TAG_BYTES)
}
