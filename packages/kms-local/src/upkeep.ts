import { withoutMaterial } from './imported-material.js'
import { deletionTime, expiryTime } from './key-states.js'
import type { KeyStore } from './key-store.js'
import { nextRotation, rotate } from './rotation.js'

/** Does what has become due, and says when the next thing will be, in milliseconds. */
export async function doUpkeep(store: KeyStore, now: number): Promise<number> {
  const destroyed = store.keys.filter((key) => deletionTime(key) <= now).map(({ metadata }) => metadata.id)
  if (destroyed.length > 0) await store.destroyKeys(new Set(destroyed))
  for (const key of store.keys) if (expiryTime(key) <= now) await store.replaceKey(withoutMaterial(key))
  for (const key of store.keys) if (nextRotation(key) <= now) await store.putKey(await rotate(key, new Date(now)))
  return Math.min(...store.keys.map((key) => Math.min(deletionTime(key), nextRotation(key), expiryTime(key))))
}
