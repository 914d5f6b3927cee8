import { createHash } from 'node:crypto'
import { KmsFault } from './faults.js'
import { specOf } from './key-specs.js'
import { inState } from './key-states.js'
import type { Key } from './keys.js'

/**
 * The key with material that somebody brings, enabled by it. What was imported once is the only material that the key may
 * have: other material would not decrypt what the first has encrypted.
 *
 * @throws KmsFault InvalidKeyMaterial, Rejected.StateModifiedFailed
 */
export function withImportedMaterial(key: Key, material: Uint8Array, expires: string | undefined): Key {
  inState(key, ['Enabled', 'Disabled', 'PendingImport'])
  const digest = createHash('sha256').update(key.metadata.id).update(material).digest('hex')
  const known = key.metadata.external?.digest ?? digest
  if (material.length !== specOf(key).materialBytes || known !== digest) throw new KmsFault('InvalidKeyMaterial')
  const state = key.metadata.state === 'Disabled' ? 'Disabled' : 'Enabled'
  return key.withMaterial(material, { state, external: { digest, expires } })
}

/** The key as it waits for its material to be imported again. */
export function withoutMaterial(key: Key): Key {
  const { digest } = key.metadata.external ?? {}
  const state = key.metadata.state === 'PendingDeletion' ? 'PendingDeletion' : 'PendingImport'
  return key.withMaterial(new Uint8Array(), { state, external: digest === undefined ? {} : { digest } })
}
