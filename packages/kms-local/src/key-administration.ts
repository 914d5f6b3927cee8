import { KmsFault } from './faults.js'
import { withImportedMaterial } from './imported-material.js'
import type { KeyService } from './key-service.js'
import { type KeySpecName, keySpecNames, specNameOf, usageOf } from './key-specs.js'
import type { Key } from './keys.js'
import { LocalKms, type LocalKmsOptions } from './local-kms.js'
import { nextRotation, parseInterval } from './rotation.js'

/** What an administrator is told of a key. */
export interface KeyFacts {
  readonly keyId: string
  readonly aliases: readonly string[]
  readonly state: string
  readonly spec: string
  readonly usage: string
  readonly origin: 'Aliyun_KMS' | 'EXTERNAL'
  readonly versions: number
  readonly created: string
  readonly description: string
  readonly deleteAt: string | undefined
  readonly nextRotation: string | undefined
  readonly tags: Readonly<Record<string, string>>
}

/** Opens a store for as long as the work takes. @throws CryptoError, also for what the service refuses as the cloud does */
export async function administer<T>(
  options: LocalKmsOptions,
  work: (service: KeyService) => Promise<T> | T,
): Promise<T> {
  await using kms = new LocalKms(options)
  const service = await kms.open()
  try {
    await service.upkeep()
    return await work(service)
  } catch (error) {
    throw error instanceof KmsFault ? error.toCryptoError() : error
  }
}

/** Every key, the oldest first. */
export function listKeyFacts(service: KeyService): KeyFacts[] {
  return service.keys.map((key) => factsOf(service, key))
}

/** @param name an id, alias or ARN. @throws KmsFault */
export function describeKeyFacts(service: KeyService, name: string): KeyFacts {
  return factsOf(service, service.describeKey(name))
}

export interface NewKeyDetails {
  readonly alias?: string | undefined
  readonly description?: string | undefined
  /** `Aliyun_AES_256` by default. */
  readonly spec?: string | undefined
  /** Such as `90d`; by default it does not rotate by itself. */
  readonly rotation?: string | undefined
  /** Brought from elsewhere, for symmetric specs; by default the service makes its own. */
  readonly material?: Uint8Array | undefined
}

/** Makes a key, with its alias. @throws KmsFault */
export async function createKeyOf(service: KeyService, details: NewKeyDetails): Promise<KeyFacts> {
  const { alias, description = '', spec = 'Aliyun_AES_256', rotation, material } = details
  if (!isSpec(spec)) throw new KmsFault('InvalidParameter', 'KeySpec')
  if (alias !== undefined && service.aliases.some(({ name }) => name === alias))
    throw new KmsFault('AliasAlreadyExists')
  const rotationSeconds = rotation === undefined ? {} : { rotationSeconds: parseInterval(rotation) }
  const key = await service.createKey(description, { spec, ...rotationSeconds, ...(material ? { external: {} } : {}) })
  const { id } = key.metadata
  if (material) await service.changeKey(id, (waiting) => withImportedMaterial(waiting, material, undefined))
  if (alias !== undefined) await service.createAlias(alias, id)
  return describeKeyFacts(service, id)
}

function isSpec(name: string): name is KeySpecName {
  return (keySpecNames as readonly string[]).includes(name)
}

function factsOf(service: KeyService, key: Key): KeyFacts {
  const { id, state, versions, created, description, deleteAt, external, tags = {} } = key.metadata
  const next = nextRotation(key)
  return {
    keyId: id,
    aliases: service.aliases.filter(({ keyId }) => keyId === id).map(({ name }) => name),
    state,
    spec: specNameOf(key),
    usage: usageOf(key),
    origin: external ? 'EXTERNAL' : 'Aliyun_KMS',
    versions: versions.length,
    created,
    description,
    deleteAt,
    nextRotation: Number.isFinite(next) ? new Date(next).toISOString() : undefined,
    tags,
  }
}
