import type { Kms } from './kms.js'
import type { CallOptions } from './provider.js'

/** What an administrator is told of a key. */
export interface KeyFacts {
  readonly keyId: string
  readonly aliases: readonly string[]
  /** `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`, or what else the service says. */
  readonly state: string
  readonly spec: string
  readonly usage: string
  /** `Aliyun_KMS`, or `EXTERNAL` for material that was brought from elsewhere. */
  readonly origin: string
  readonly versions: number
  /** ISO 8601, as all times here. */
  readonly created: string
  readonly description: string
  readonly deleteAt?: string | undefined
  readonly nextRotation?: string | undefined
  /** Whether its deletion cannot be scheduled. */
  readonly isProtected: boolean
  readonly tags: Readonly<Record<string, string>>
}

export interface NewKey {
  readonly alias?: string | undefined
  readonly description?: string | undefined
  /** `Aliyun_AES_256` by default. */
  readonly spec?: string | undefined
  /** Such as `90d`; by default it does not rotate by itself. */
  readonly rotation?: string | undefined
  /** Brought from elsewhere, for symmetric specs; by default the service makes its own. The caller zeroes it. */
  readonly material?: Uint8Array | undefined
}

/**
 * What an administrator does to the keys of a KMS. A key is named by its id, an alias or an ARN. Nothing here shows or uses
 * material.
 *
 * All methods reject with CryptoError as those of `Kms` do. What changes something is not repeated once the service may have
 * done it: after TIMEOUT or KMS_UNAVAILABLE look whether it was done.
 */
export interface KeyAdministration {
  /** Every key, the oldest first. */
  list(options?: CallOptions): Promise<readonly KeyFacts[]>
  describe(key: string, options?: CallOptions): Promise<KeyFacts>
  create(details: NewKey, options?: CallOptions): Promise<KeyFacts>
  /** Makes a new version, which encrypts from then on; the old ones go on decrypting. */
  rotate(key: string, options?: CallOptions): Promise<void>
  /** How often new versions are made by themselves, 7d to 730d; undefined for never. */
  setRotation(key: string, interval: string | undefined, options?: CallOptions): Promise<void>
  /** Whether its deletion cannot be scheduled until this is taken back. */
  setProtection(key: string, isProtected: boolean, options?: CallOptions): Promise<void>
  enable(key: string, options?: CallOptions): Promise<void>
  disable(key: string, options?: CallOptions): Promise<void>
  /** Destroys the key when the days, 7 to 366, have passed. */
  scheduleDeletion(key: string, days: number, options?: CallOptions): Promise<void>
  cancelDeletion(key: string, options?: CallOptions): Promise<void>
  /** Gives a key a name; one that another key has moves to this one. */
  setAlias(key: string, alias: string, options?: CallOptions): Promise<void>
  removeAlias(alias: string, options?: CallOptions): Promise<void>
  /** Adds tags, and changes those that are there. */
  tag(key: string, tags: Readonly<Record<string, string>>, options?: CallOptions): Promise<void>
  untag(key: string, names: readonly string[], options?: CallOptions): Promise<void>
}

/** A KMS whose keys can be administered through it. */
export interface AdministeredKms extends Kms {
  readonly keys: KeyAdministration
}

export function isAdministered(kms: Kms): kms is AdministeredKms {
  return 'keys' in kms
}
