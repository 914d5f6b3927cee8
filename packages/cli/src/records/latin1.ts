/**
 * Files are handled as text of one character a byte: what is not touched keeps its bytes, whatever they are, and offsets
 * are those of the file. Only values that are encrypted, decrypted or bound become real text.
 */
export function toText(raw: string): string | undefined {
  if (!BEYOND_ASCII.test(raw)) return raw
  try {
    return decoder.decode(Buffer.from(raw, 'latin1'))
  } catch {
    return undefined
  }
}

export function toRaw(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}

const BEYOND_ASCII = /[^\0-\x7f]/
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
