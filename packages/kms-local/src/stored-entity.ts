import { type AccessKey, type Alias, Key, type KeyMetadata } from './keys.js'
import type { Principal } from './principals.js'

/** What one record of the store says. */
export type StoredEntity =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'alias'; readonly alias: Alias }
  | { readonly kind: 'alias-deleted'; readonly name: string }
  | { readonly kind: 'access-key'; readonly accessKey: AccessKey }
  | { readonly kind: 'access-key-deleted'; readonly id: string }
  | { readonly kind: 'principal'; readonly principal: Principal }
  | { readonly kind: 'principal-deleted'; readonly principal: Pick<Principal, 'type' | 'name'> }

/**
 * A record's content before it is sealed:
 *
 *     u32 length of the JSON, JSON, key material
 *
 * The material stays outside the JSON, because what was a string cannot be zeroed.
 */
export function encodeEntity(entity: StoredEntity): Uint8Array {
  const { json, material } = entity.kind === 'key' ? splitKey(entity.key) : { json: entity, material: new Uint8Array() }
  const text = Buffer.from(JSON.stringify(json))
  const content = Buffer.alloc(4 + text.length + material.length)
  content.writeUInt32BE(text.length)
  content.set(text, 4)
  content.set(material, 4 + text.length)
  return content
}

/** Reads a record that was authenticated. */
export function decodeEntity(content: Uint8Array): StoredEntity {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
  const length = bytes.readUInt32BE()
  const json: { kind: 'key'; metadata: KeyMetadata } | Exclude<StoredEntity, { kind: 'key' }> = JSON.parse(
    bytes.toString('utf8', 4, 4 + length),
  )
  return json.kind === 'key' ? { kind: 'key', key: new Key(json.metadata, bytes.subarray(4 + length)) } : json
}

function splitKey(key: Key): { json: object; material: Uint8Array } {
  return { json: { kind: 'key', metadata: key.metadata }, material: key.allMaterial }
}
