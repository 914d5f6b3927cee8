import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The next second after another, waited for: OpenPGP counts in seconds, and of two signatures of one second it would be
 * left to chance which counts.
 */
export async function momentAfter(former: Date | null): Promise<Date> {
  const earliest = Math.floor(Number(former) / 1000) * 1000 + 1000
  const wait = earliest - Date.now()
  if (wait > 0) await sleep(Math.min(wait, 1000))
  return new Date(Math.max(Date.now(), earliest))
}
