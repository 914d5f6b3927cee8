const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const PAD = 0x3d
const VALUES = new Int8Array(256).fill(-1)
for (const [value, code] of ALPHABET.entries()) VALUES[code] = value

/** The length of the base64 text of so many bytes. */
export function base64Length(length: number): number {
  return Math.ceil(length / 3) * 4
}

/** Writes bytes as base64 text into `target` without making a string of them: a key in a string cannot be zeroed. */
export function encodeBase64(bytes: Uint8Array, target: Uint8Array): void {
  let position = 0
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    target[position++] = ALPHABET[group >> 18] ?? 0
    target[position++] = ALPHABET[(group >> 12) & 63] ?? 0
    target[position++] = left > 1 ? (ALPHABET[(group >> 6) & 63] ?? 0) : PAD
    target[position++] = left > 2 ? (ALPHABET[group & 63] ?? 0) : PAD
  }
}

/** The length of the bytes that canonical, padded base64 text holds; -1 if it is not such text. */
export function decodedLength(text: Uint8Array): number {
  if (text.length % 4 !== 0) return -1
  if (text.length === 0) return 0
  const padding = text.at(-1) !== PAD ? 0 : text.at(-2) !== PAD ? 1 : 2
  const digits = text.subarray(0, text.length - padding)
  if (digits.some((code) => VALUES[code] === -1)) return -1
  const unused = padding === 2 ? 15 : padding === 1 ? 3 : 0
  if (((VALUES[digits.at(-1) ?? 0] ?? 0) & unused) !== 0) return -1
  return (text.length / 4) * 3 - padding
}

/** Reads text whose `decodedLength` is that of `target`. */
export function decodeBase64(text: Uint8Array, target: Uint8Array): void {
  let position = 0
  for (let index = 0; index < text.length; index += 4) {
    const group =
      (digit(text, index) << 18) |
      (digit(text, index + 1) << 12) |
      (digit(text, index + 2) << 6) |
      digit(text, index + 3)
    for (const shift of [16, 8, 0]) if (position < target.length) target[position++] = (group >> shift) & 255
  }
}

function digit(text: Uint8Array, index: number): number {
  return Math.max(VALUES[text[index] ?? PAD] ?? 0, 0)
}
