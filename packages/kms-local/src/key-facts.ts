import type { KeyFacts } from '@parasol/core'
import type { KeyService } from './key-service.js'
import { specNameOf, usageOf } from './key-specs.js'
import { type Key, timestamp } from './keys.js'
import { nextRotation } from './rotation.js'

/** What an administrator is told of a key. */
export function keyFacts({ aliases }: KeyService, key: Key): KeyFacts {
  const { id, state, versions, created, description, deleteAt, external, deletionProtection, tags = {} } = key.metadata
  const next = nextRotation(key)
  return {
    keyId: id,
    aliases: aliases.filter(({ keyId }) => keyId === id).map(({ name }) => name),
    state,
    spec: specNameOf(key),
    usage: usageOf(key),
    origin: external ? 'EXTERNAL' : 'Aliyun_KMS',
    versions: versions.length,
    created,
    description,
    deleteAt,
    nextRotation: Number.isFinite(next) ? timestamp(new Date(next)) : undefined,
    isProtected: deletionProtection !== undefined,
    tags,
  }
}
