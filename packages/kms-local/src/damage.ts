import { CryptoError } from '@parasol/core'
import type { Alias } from './keys.js'
import type { Damage } from './sealed-log.js'
import { entityId } from './store-state.js'

/** Names the part of a log that does not open, and what it is about, if that is known: an alias by its name. */
export function describeDamage(
  { offset, sequence, entity }: Damage,
  path: string,
  aliases: readonly Alias[],
): CryptoError {
  const alias = aliases.find(({ name }) => entityId('alias', name) === entity)
  const about = entity === undefined ? '' : ` (about ${alias?.name ?? entity})`
  const place = `Record ${sequence} at byte ${offset} of "${path}"${about}`
  return new CryptoError('STORE_DAMAGED', `${place} is damaged: restore the store from a backup`)
}
