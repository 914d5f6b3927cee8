/** Bytes that must turn up nowhere, in any form in which programs print bytes. */
export interface Canary {
  readonly name: string
  readonly bytes: Uint8Array
}

const WINDOW = 12

/** How many forms of the canaries a text holds, by the name of the canary. */
export function countHits(text: string, canaries: readonly Canary[]): ReadonlyMap<string, number> {
  const dense = text.replaceAll(/\s+/g, '')
  const hits = new Map<string, number>()
  for (const { name, bytes } of canaries) {
    const found = windows(Buffer.from(bytes))
      .flatMap(forms)
      .filter((form) => text.includes(form) || dense.includes(form))
    hits.set(name, (hits.get(name) ?? 0) + new Set(found).size)
  }
  return hits
}

/** The beginning, the middle and the end: who prints a part prints one of them. */
function windows(bytes: Buffer): Buffer[] {
  if (bytes.length < WINDOW) throw new RangeError('A canary is too short to be told from chance')
  const last = bytes.length - WINDOW
  return [0, Math.floor(last / 2), last].map((start) => bytes.subarray(start, start + WINDOW))
}

function forms(bytes: Buffer): string[] {
  const hex = bytes.toString('hex')
  const encoded = [0, 1, 2].map((skip) => bytes.subarray(skip, skip + Math.floor((WINDOW - skip) / 3) * 3))
  return [
    bytes.toString('latin1'),
    bytes.toString('utf8'),
    bytes.toString('utf16le'),
    hex,
    hex.toUpperCase(),
    bytes.join(','),
    ...encoded.flatMap((part) => {
      const base64 = part.toString('base64')
      return [
        base64,
        part.toString('base64url'),
        encodeURIComponent(base64),
        encodeURIComponent(encodeURIComponent(base64)),
      ]
    }),
  ]
}
