import { type CallOptions, type KeyAdministration, type KeyFacts, type NewKey, throwIfAborted } from '@parasol/core'
import { KmsFault } from './faults.js'
import { withImportedMaterial } from './imported-material.js'
import { keyFacts } from './key-facts.js'
import type { KeyService } from './key-service.js'
import { type KeySpecName, keySpecNames, keySpecs } from './key-specs.js'
import { notPending, requireAlias } from './key-states.js'
import { parseInterval, withRotation } from './rotation.js'
import { addTags, checkTags, removeTags } from './tags.js'

type Use = <T>(work: (service: KeyService) => Promise<T> | T, options: CallOptions | undefined) => Promise<T>

/** The keys of a store that this process has open. */
export class LocalKeyAdministration implements KeyAdministration {
  readonly #use: Use

  /** @param open gives the service; what it throws is thrown by every method */
  constructor(open: () => Promise<KeyService>) {
    this.#use = async (work, options) => {
      throwIfAborted(options?.signal)
      const service = await open()
      try {
        await service.upkeep()
        return await work(service)
      } catch (error) {
        throw error instanceof KmsFault ? error.toCryptoError() : error
      }
    }
  }

  list(options?: CallOptions): Promise<readonly KeyFacts[]> {
    return this.#use((service) => service.keys.map((key) => keyFacts(service, key)), options)
  }

  describe(key: string, options?: CallOptions): Promise<KeyFacts> {
    return this.#use((service) => keyFacts(service, service.describeKey(key)), options)
  }

  create(details: NewKey, options?: CallOptions): Promise<KeyFacts> {
    return this.#use((service) => createKey(service, details), options)
  }

  rotate(key: string, options?: CallOptions): Promise<void> {
    return this.#use((service) => service.rotateKey(key), options)
  }

  setRotation(key: string, interval: string | undefined, options?: CallOptions): Promise<void> {
    return this.#use((service) => service.changeKey(key, (found) => withRotation(found, interval)), options)
  }

  setProtection(key: string, isProtected: boolean, options?: CallOptions): Promise<void> {
    const change = { deletionProtection: isProtected ? '' : undefined }
    return this.#use((service) => service.changeKey(key, (found) => notPending(found).with(change)), options)
  }

  enable(key: string, options?: CallOptions): Promise<void> {
    return this.#use((service) => service.enableKey(key), options)
  }

  disable(key: string, options?: CallOptions): Promise<void> {
    return this.#use((service) => service.disableKey(key), options)
  }

  scheduleDeletion(key: string, days: number, options?: CallOptions): Promise<void> {
    return this.#use((service) => service.scheduleKeyDeletion(key, days), options)
  }

  cancelDeletion(key: string, options?: CallOptions): Promise<void> {
    return this.#use((service) => service.cancelKeyDeletion(key), options)
  }

  setAlias(key: string, alias: string, options?: CallOptions): Promise<void> {
    return this.#use((service) => {
      const { id } = service.describeKey(key).metadata
      const exists = service.aliases.some(({ name }) => name === alias)
      return exists ? service.updateAlias(alias, id) : service.createAlias(alias, id)
    }, options)
  }

  removeAlias(alias: string, options?: CallOptions): Promise<void> {
    return this.#use((service) => service.deleteAlias(alias), options)
  }

  tag(key: string, tags: Readonly<Record<string, string>>, options?: CallOptions): Promise<void> {
    return this.#use((service) => {
      const records = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      const added = checkTags(records, 'Tags')
      return service.changeKey(key, (found) =>
        notPending(found).with({ tags: addTags(found.metadata.tags ?? {}, added) }),
      )
    }, options)
  }

  untag(key: string, names: readonly string[], options?: CallOptions): Promise<void> {
    return this.#use(
      (service) =>
        service.changeKey(key, (found) =>
          notPending(found).with({ tags: removeTags(found.metadata.tags ?? {}, names) }),
        ),
      options,
    )
  }
}

/** With its alias; what can be checked is checked before anything is made. @throws KmsFault */
async function createKey(service: KeyService, details: NewKey): Promise<KeyFacts> {
  const { alias, description = '', material } = details
  const spec = checkSpec(details)
  if (alias !== undefined) requireAlias(alias)
  if (service.aliases.some(({ name }) => name === alias)) throw new KmsFault('AliasAlreadyExists')
  const external = material ? { external: {} } : {}
  const key = await service.createKey(description, { spec, ...rotationOf(details, spec), ...external })
  const { id } = key.metadata
  if (material) await service.changeKey(id, (waiting) => withImportedMaterial(waiting, material, undefined))
  if (alias !== undefined) await service.createAlias(alias, id)
  return keyFacts(service, service.describeKey(id))
}

function checkSpec({ spec = 'Aliyun_AES_256', material }: NewKey): KeySpecName {
  const name = keySpecNames.find((each) => each === spec)
  if (!name) throw new KmsFault('InvalidParameter', 'KeySpec')
  const { materialBytes } = keySpecs[name]
  if (material && materialBytes === undefined) throw new KmsFault('Unsupported.Origin')
  if (material && material.length !== materialBytes) throw new KmsFault('InvalidKeyMaterial')
  return name
}

function rotationOf({ rotation, material }: NewKey, spec: KeySpecName): { rotationSeconds?: number } {
  if (rotation === undefined) return {}
  if (material || !keySpecs[spec].blob) throw new KmsFault('InvalidParameter', 'EnableAutomaticRotation')
  return { rotationSeconds: parseInterval(rotation) }
}
