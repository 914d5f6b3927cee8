import type { ContactUse } from '@parasol/backend-gpg'
import { catalogue } from '../../catalogue.js'
import { printable } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { fingerprintsOf } from './parties.js'
import { openRing, type RingOptions } from './ring-options.js'

const SOON_MS = 30 * 24 * 60 * 60 * 1000

/** Says of keys that are used now whether they expire within thirty days, while there is time to extend them. */
export async function warnOfExpiry(
  terminal: Terminal,
  options: RingOptions,
  names: readonly string[],
  use: ContactUse,
): Promise<void> {
  const { summarize } = await import('@parasol/backend-gpg')
  const ring = await openRing(terminal, options)
  for (const fingerprint of new Set(await fingerprintsOf(terminal, options, names, use))) {
    const { userIds, expires } = await summarize(await ring.certificate(fingerprint))
    const left = expires === undefined ? Infinity : Date.parse(expires) - Date.now()
    if (left <= 0 || left > SOON_MS) continue
    const text = texts(terminal).expires(fingerprint, printable(userIds[0] ?? ''), expires?.slice(0, 10) ?? '')
    terminal.stderr.write(`${text}\n`)
  }
}

const texts = catalogue(
  {
    expires: (fingerprint: string, userId: string, day: string) =>
      `warning: The key ${fingerprint} (${userId}) expires on ${day}`,
  },
  { expires: (fingerprint, userId, day) => `警告：密钥 ${fingerprint}（${userId}）将于 ${day} 过期` },
)
