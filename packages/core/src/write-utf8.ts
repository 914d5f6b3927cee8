import { Buffer } from 'node:buffer'

const SHORT = 32

/**
 * Writes a text that fits. Short ASCII, which most names and contexts are, is written faster here than by a call into
 * native code.
 *
 * @returns how many bytes were written, or -1 if the text is longer than the room
 */
export function writeUtf8(text: string, target: Buffer, start: number, room: number): number {
  if (text.length > room) return -1
  if (text.length <= SHORT && writeAscii(text, target, start)) return text.length
  const length = Buffer.byteLength(text)
  return length > room ? -1 : target.write(text, start, length, 'utf8')
}

function writeAscii(text: string, target: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 127) return false
    target[start + index] = code
  }
  return true
}
