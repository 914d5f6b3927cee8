import { randomBytes } from 'node:crypto'

/** So many characters of ASCII that do not repeat. */
export function sampleText(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length)
}

/** A record of so many fields of 64 characters. */
export function sampleRecord(fields: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: fields }, (_, index) => [`field${index}`, sampleText(64)]))
}

/** `64 B`, `16 KiB`, `1 MiB` */
export function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20} MiB`
  return bytes >= 1024 ? `${bytes / 1024} KiB` : `${bytes} B`
}
