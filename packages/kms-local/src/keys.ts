import { allocateSecret } from '@parasol/core'
import type { KeySpecName, KeyUsage } from './key-specs.js'
import type { Policy } from './policy.js'

/** `PendingImport`: a key of somebody else's material, which is not there yet, or no more. */
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport'

export interface KeyVersion {
  readonly id: string
  /** ISO 8601, in seconds. */
  readonly created: string
  /** Of its material; 32 where it is left out. */
  readonly bytes?: number
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
  /** `Aliyun_AES_256` where it is left out. */
  readonly spec?: KeySpecName
  /** The first usage of its spec where it is left out. */
  readonly usage?: KeyUsage
  /** Of a key whose material comes from outside. */
  readonly external?: ExternalMaterial
  /** Why its deletion may not be scheduled; if it may not. */
  readonly deletionProtection?: string | undefined
  /** Oldest first; the last one encrypts. */
  readonly versions: readonly KeyVersion[]
}

/** What is known of material that was imported, or is to be. */
export interface ExternalMaterial {
  /** SHA-256 of the material that was imported first, in hexadecimal: none other may be imported again. */
  readonly digest?: string
  /** When the material is destroyed; if it is. */
  readonly expires?: string | undefined
}

export interface Alias {
  /** With its prefix, `alias/`. */
  readonly name: string
  readonly keyId: string
}

export interface AccessKey {
  readonly id: string
  readonly secret: string
  /** The user to whom it belongs, with whose policies; if it does to one. */
  readonly user?: string
  /** What it may do; without one and without a user, everything. */
  readonly policy?: Policy
}

const DEFAULT_BYTES = 32

/** A key with its material: that of each version, in the order of the versions. Zeroed on disposal. */
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
    let start = 0
    for (const { id, bytes = DEFAULT_BYTES } of this.metadata.versions) {
      if (id === versionId) return this.#material.subarray(start, start + bytes)
      start += bytes
    }
    return undefined
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
    const versions = [...this.metadata.versions, { ...version, ...lengthOf(material) }]
    const key = new Key({ ...this.metadata, versions }, all)
    all.fill(0)
    return key
  }

  /** The same key with other metadata, and with other material for its only version; with none if that is empty. */
  withMaterial(material: Uint8Array, change: Partial<KeyMetadata>): Key {
    const { id, created } = this.primaryVersion
    return new Key({ ...this.metadata, ...change, versions: [{ id, created, ...lengthOf(material) }] }, material)
  }

  [Symbol.dispose](): void {
    this.#material.fill(0)
  }
}

/** What a version says of the length of its material. */
export function lengthOf({ length }: Uint8Array): Pick<KeyVersion, 'bytes'> {
  return length === DEFAULT_BYTES ? {} : { bytes: length }
}

/** A time as Alibaba Cloud writes it: UTC, in seconds. */
export function timestamp(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}
