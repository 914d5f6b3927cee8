import { createHash } from 'node:crypto'
import type { AccessKey, Alias, Key } from './keys.js'
import type { Principal } from './principals.js'
import type { StoredEntity } from './stored-entity.js'

/** What the records of the log amount to; a later record about the same thing replaces an earlier one. */
export class StoreState implements Disposable {
  readonly keys = new Map<string, Key>()
  readonly keyOfVersion = new Map<string, string>()
  readonly aliases = new Map<string, Alias>()
  readonly accessKeys = new Map<string, AccessKey>()
  /** By the ids of their records. */
  readonly principals = new Map<string, Principal>()

  apply(id: string, entity: StoredEntity): void {
    if (entity.kind === 'key') {
      this.keys.get(id)?.[Symbol.dispose]()
      this.keys.set(id, entity.key)
      for (const version of entity.key.metadata.versions) this.keyOfVersion.set(version.id, id)
    } else if (entity.kind === 'alias') this.aliases.set(entity.alias.name, entity.alias)
    else if (entity.kind === 'alias-deleted') this.aliases.delete(entity.name)
    else if (entity.kind === 'access-key') this.accessKeys.set(entity.accessKey.id, entity.accessKey)
    else if (entity.kind === 'access-key-deleted') this.accessKeys.delete(entity.id)
    else if (entity.kind === 'principal') this.principals.set(id, entity.principal)
    else this.principals.delete(id)
  }

  /** What remains without some keys, as records. */
  without(ids: ReadonlySet<string>): [id: string, entity: StoredEntity][] {
    const keys = [...this.keys].filter(([id]) => !ids.has(id))
    const aliases = [...this.aliases.values()].filter(({ keyId }) => !ids.has(keyId))
    return [
      ...keys.map(([id, key]): [string, StoredEntity] => [id, { kind: 'key', key }]),
      ...aliases.map((alias): [string, StoredEntity] => [entityId('alias', alias.name), { kind: 'alias', alias }]),
      ...[...this.accessKeys.values()].map((accessKey): [string, StoredEntity] => [
        entityId('access-key', accessKey.id),
        { kind: 'access-key', accessKey },
      ]),
      ...[...this.principals].map(([id, principal]): [string, StoredEntity] => [id, { kind: 'principal', principal }]),
    ]
  }

  forget(ids: ReadonlySet<string>): void {
    for (const id of ids) {
      const key = this.keys.get(id)
      for (const version of key?.metadata.versions ?? []) this.keyOfVersion.delete(version.id)
      key?.[Symbol.dispose]()
      this.keys.delete(id)
    }
    for (const { name, keyId } of this.aliases.values()) if (ids.has(keyId)) this.aliases.delete(name)
  }

  [Symbol.dispose](): void {
    for (const key of this.keys.values()) key[Symbol.dispose]()
  }
}

/** A UUID that is always the same for the same name, so that damage can be told to concern it. */
export function entityId(kind: string, name: string): string {
  const hex = createHash('sha256').update(`${kind}:${name}`).digest('hex')
  return hex.slice(0, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}
