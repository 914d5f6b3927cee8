let known = 0
let text = ''

/** The time in ISO 8601, as lines of the logs have it: formatted once in a millisecond. */
export function timeNow(): string {
  const now = Date.now()
  if (now !== known) {
    known = now
    text = new Date(now).toISOString()
  }
  return text
}
