import { isUtf8 } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveOneStep, encodeLabel } from './one-step-kdf.js'
import { FORMAT_VERSION } from './record-key.js'
import { TAG_BYTES } from './suite.js'

/** One wrapping of a data key. */
export interface WrappedKey {
  /** What can open it; 1: a KMS, 2: a recovery key. A reader carries the kinds that it does not know, and does not use them. */
  readonly kind: number
  /**
   * For a KMS, the key id as configured; for a recovery key, its id: for people, and to choose among wrappings. At most 255
   * bytes of UTF-8.
   */
  readonly label: string
  /** 1 to 65,535 bytes. */
  readonly bytes: Uint8Array
}

/** A list as it stands in a green key. */
export interface WrappedKeyList {
  readonly keys: readonly WrappedKey[]
  /** All of it, the tag included. */
  readonly encoded: Uint8Array
}

export const KMS_WRAPPING = 1
export const RECOVERY_WRAPPING = 2
export const MAX_WRAPPED_KEYS = 16
export const MAX_LABEL_BYTES = 255
export const MAX_WRAPPED_BYTES = 65_535

const TAG_LABEL = encodeLabel('parasol/envelope/wrapped-keys')

/**
 * The wrappings of a data key, each of which opens the same records:
 *
 *     u8 count (1 to 16), then for each:
 *     u8 kind, u8 length of the label, label, u16 length of the wrapped key, wrapped key
 *     tag (16): the first bytes of HMAC-SHA-512 of the version and all of that, under a key derived from the data key
 *
 * The tag binds those wrappings too that a reader does not use. It is the same for every record of a data key.
 *
 * @param keys within the limits of `WrappedKey`
 */
export function encodeWrappedKeys(keys: readonly WrappedKey[], dataKey: Uint8Array): Uint8Array {
  const list = Buffer.concat([Uint8Array.of(keys.length), ...keys.flatMap(encodeWrappedKey)])
  return Buffer.concat([list, listTag(list, dataKey)])
}

/** Undefined if the bytes do not begin with a list. Its keys are views; nothing is copied. */
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
  const end = offset + TAG_BYTES
  return end > bytes.length ? undefined : { keys, encoded: bytes.subarray(0, end) }
}

/** Whether a list is one that a holder of this data key made, to the last wrapping. */
export function isMadeWith(dataKey: Uint8Array, { encoded }: WrappedKeyList): boolean {
  const tagAt = encoded.length - TAG_BYTES
  return timingSafeEqual(listTag(encoded.subarray(0, tagAt), dataKey), encoded.subarray(tagAt))
}

function encodeWrappedKey({ kind, label, bytes }: WrappedKey): Uint8Array[] {
  const name = Buffer.from(label)
  return [Uint8Array.of(kind, name.length), name, Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]
}

function decodeWrappedKey(bytes: Uint8Array, start: number): { key: WrappedKey; end: number } | undefined {
  const [kind, labelLength] = [bytes[start], bytes[start + 1]]
  if (kind === undefined || labelLength === undefined) return undefined
  const lengthAt = start + 2 + labelLength
  const [high, low] = [bytes[lengthAt], bytes[lengthAt + 1]]
  if (high === undefined || low === undefined) return undefined
  const keyAt = lengthAt + 2
  const end = keyAt + high * 256 + low
  if (end === keyAt || end > bytes.length) return undefined
  const label = bytes.subarray(start + 2, lengthAt)
  // Any other label would come out of a rewrap changed.
  if (!isUtf8(label)) return undefined
  return { key: { kind, label: Buffer.from(label).toString(), bytes: bytes.subarray(keyAt, end) }, end }
}

function listTag(list: Uint8Array, dataKey: Uint8Array): Uint8Array {
  const key = deriveOneStep('sha512', dataKey, TAG_LABEL)
  try {
    const mac = createHmac('sha512', key).update(Uint8Array.of(FORMAT_VERSION)).update(list).digest()
    return mac.subarray(0, TAG_BYTES)
  } finally {
    key.fill(0)
  }
}
