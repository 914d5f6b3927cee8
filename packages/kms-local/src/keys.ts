import { allocateSecret } from '@parasol/core'
import type { Policy } from './policy.js'

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion'

export interface KeyVersion {
  readonly id: string
  /** ISO 8601, in seconds. */
  readonly created: string
}

/** What is known of a key beside its material. */
export interface KeyMetadata {
  readonly id: string
  readonly state: KeyState
  readonly description: string
  readonly created: string
  /** When it is destroyed; while it is pending deletion. */
  readonly deleteAt?: string | undefined
  /** How often a new version is made by itself; if it is. */
  readonly rotationSeconds?: number | undefined
  readonly tags?: Readonly<Record<string, string>>
  /** Why its deletion may not be scheduled; if it may not. */
  readonly deletionProtection?: string | undefined
  /** Oldest first; the last one encrypts. */
  readonly versions: readonly KeyVersion[]
}

export interface Alias {
  /** With its prefix, `alias/`. */
  readonly name: string
  readonly keyId: string
}

export interface AccessKey {
  readonly id: string
  readonly secret: string
  /** What it may do; without one, everything. */
  readonly policy?: Policy
}

/** Bytes of one version's key. */
export const MATERIAL_BYTES = 32

/** A key with its material: one key of 32 bytes for each version, in the order of the versions. Zeroed on disposal. */
export class Key implements Disposable {
  readonly metadata: KeyMetadata
  readonly #material: Uint8Array

  /** Copies the material. */
  constructor(metadata: KeyMetadata, material: Uint8Array) {
    this.metadata = metadata
    this.#material = allocateSecret(material.length)
    this.#material.set(material)
  }

  get primaryVersion(): KeyVersion {
    const version = this.metadata.versions.at(-1)
    if (!version) throw new Error('A key has at least one version')
    return version
  }

  /** The key of a version, as a view that lives as long as this object; undefined if there is no such version. */
  material(versionId: string): Uint8Array | undefined {
    const index = this.metadata.versions.findIndex(({ id }) => id === versionId)
    return index < 0 ? undefined : this.#material.subarray(index * MATERIAL_BYTES, (index + 1) * MATERIAL_BYTES)
  }

  /** All material, for sealing. */
  get allMaterial(): Uint8Array {
    return this.#material
  }

  /** The same key with other metadata. */
  with(change: Partial<KeyMetadata>): Key {
    return new Key({ ...this.metadata, ...change }, this.#material)
  }

  /** The same key with a further version, which encrypts from then on. */
  withVersion(version: KeyVersion, material: Uint8Array): Key {
    const all = allocateSecret(this.#material.length + material.length)
    all.set(this.#material)
    all.set(material, this.#material.length)
    const key = new Key({ ...this.metadata, versions: [...this.metadata.versions, version] }, all)
    all.fill(0)
    return key
  }

  [Symbol.dispose](): void {
    this.#material.fill(0)
  }
}

/** A time as Alibaba Cloud writes it: UTC, in seconds. */
export function timestamp(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}
