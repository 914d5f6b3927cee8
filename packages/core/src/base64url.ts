import { Buffer } from 'node:buffer'

/** By how many characters stand beyond a multiple of four: those that may stand last, whose unused bits are zero. */
const LAST_CHARACTERS = [undefined, '', 'AQgw', 'AEIMQUYcgkosw048']

/** Takes V8 no time, however long the text, if that is in memory as Latin-1: it cannot match then. */
export const BEYOND_LATIN1: RegExp = /[^\0-\xff]/

/** Whether text of the alphabet is what its bytes are encoded to: no other text may stand for the same bytes. */
export function isCanonical(text: string): boolean {
  const last = LAST_CHARACTERS[text.length % 4]
  return last === undefined || last.includes(text.charAt(text.length - 1))
}

/**
 * Writes what the text stands for, and gives its length; undefined, with some of the target overwritten, if the text is
 * anything but canonical base64url without padding, or the target has no room for it.
 */
export function decodeBase64url(text: string, target: Buffer, offset: number): number | undefined {
  const length = Math.floor((text.length * 3) / 4)
  if (length > target.length - offset || !isCanonical(text) || !isOfAlphabet(text)) return undefined
  return target.write(text, offset, length, 'base64url') === length ? length : undefined
}

/** All of what the text stands for; undefined if it is anything but canonical base64url without padding. */
export function bytesOfBase64url(text: string): Uint8Array | undefined {
  const target = Buffer.allocUnsafe(Math.floor((text.length * 3) / 4))
  return decodeBase64url(text, target, 0) === target.length ? target : undefined
}

/**
 * As far as node:buffer does not see to it: it skips what is not base64, so that fewer bytes come out, but it takes
 * the other alphabet of base64 as well, and of characters beyond Latin-1 it looks at the lower byte.
 */
function isOfAlphabet(text: string): boolean {
  return !BEYOND_LATIN1.test(text) && !text.includes('+') && !text.includes('/')
}
