import { KmsFault } from './faults.js'

/** How an answer is written: JSON, unless the request's parameter `Format` asks for XML. */
export interface AnswerFormat {
  readonly contentType: string
  /** @param root names the answer where the format names it: `Encrypt`'s is `EncryptResponse` */
  write(root: string, fields: object): string
}

export const json: AnswerFormat = {
  contentType: 'application/json;charset=utf-8',
  write: (_root, fields) => JSON.stringify(fields),
}

const xml: AnswerFormat = {
  contentType: 'text/xml;charset=utf-8',
  write: (root, fields) => `<?xml version="1.0" encoding="UTF-8"?>${writeElement(root, fields)}`,
}

const formats: ReadonlyMap<string, AnswerFormat> = new Map([
  ['JSON', json],
  ['XML', xml],
])

/** What `Format` names, in any case; undefined if there is no such format. */
export function findFormat(name = 'JSON'): AnswerFormat | undefined {
  return formats.get(name.toUpperCase())
}

/** A list is its element again and again. */
function writeElement(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => writeElement(name, item)).join('')
  const isObject = typeof value === 'object' && value !== null
  const content = isObject
    ? Object.entries(value)
        .map(([key, inner]) => writeElement(key, inner))
        .join('')
    : escapeText(String(value))
  return `<${name}>${content}</${name}>`
}

/** @throws KmsFault for characters that XML cannot hold, rather than to give back other ones */
function escapeText(text: string): string {
  if (NOT_XML.test(text)) throw new KmsFault('InvalidParameter', 'Format')
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;')
}

const NOT_XML = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
