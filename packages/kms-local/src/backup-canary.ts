import { createHmac, timingSafeEqual } from 'node:crypto'
import { specOf } from './key-specs.js'
import type { Key } from './keys.js'

/** What shows later that the material of a key version is still the one that was in use. */
export interface Canary {
  readonly keyId: string
  readonly versionId: string
  /** Base64 of something that the version encrypted, or, where it does not encrypt, authenticated. */
  readonly proof: string
}

/** One for each version of a key that has material. */
export function canariesOf(key: Key): Canary[] {
  const { id: keyId, versions } = key.metadata
  return versions.flatMap(({ id: versionId }) => {
    const material = key.material(versionId)
    if (!material || material.length === 0) return []
    return [{ keyId, versionId, proof: Buffer.from(prove(key, versionId, material)).toString('base64') }]
  })
}

/** Whether the key decrypts the canary, or authenticates it. */
export function sings(key: Key, { keyId, versionId, proof }: Canary): boolean {
  const material = key.material(versionId)
  if (!material || material.length === 0 || key.metadata.id !== keyId) return false
  const { blob } = specOf(key)
  const given = Buffer.from(proof, 'base64')
  const expected = blob ? song(keyId, versionId) : authenticate(material, keyId, versionId)
  const found = blob ? blob.open(given, material, {}) : given
  return found !== undefined && found.length === expected.length && timingSafeEqual(found, expected)
}

function prove(key: Key, versionId: string, material: Uint8Array): Uint8Array {
  const { id } = key.metadata
  const { blob } = specOf(key)
  return blob ? blob.seal(versionId, material, song(id, versionId), {}) : authenticate(material, id, versionId)
}

function authenticate(material: Uint8Array, keyId: string, versionId: string): Buffer {
  return createHmac('sha256', material).update(song(keyId, versionId)).digest()
}

function song(keyId: string, versionId: string): Buffer {
  return Buffer.from(`canary ${keyId} ${versionId}`)
}
