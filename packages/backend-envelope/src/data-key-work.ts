import type { CallOptions, EncryptionContext } from '@parasol/core'
import type { DataKeyLease, DataKeyRequest, DataKeySource } from './data-key-source.js'
import { use } from './use.js'
import type { WrappedKeyList } from './wrapped-keys.js'

/** What is to be done with a new record's data key, as soon as there is one. */
export interface ToSeal<Sealed> {
  readonly request: DataKeyRequest
  readonly work: (dataKey: DataKeyLease) => Sealed
}

/** The same with the data key of a record that there is. */
export interface ToOpen<Opened> {
  readonly list: WrappedKeyList
  readonly kmsContext: EncryptionContext
  readonly work: (dataKey: DataKeyLease) => Opened
}

/** Does it with a key from memory or from the KMS, and gives the key back at once. */
export async function seal<Sealed>(
  dataKeys: DataKeySource,
  { request, work }: ToSeal<Sealed>,
  options?: CallOptions,
): Promise<Sealed> {
  const dataKey = dataKeys.tryForEncryption(request) ?? (await dataKeys.forEncryption(request, options))
  return use(dataKey, () => work(dataKey))
}

/** Undefined if no key is in memory. */
export function trySeal<Sealed>(dataKeys: DataKeySource, { request, work }: ToSeal<Sealed>): Sealed | undefined {
  const dataKey = dataKeys.tryForEncryption(request)
  return dataKey && use(dataKey, () => work(dataKey))
}

/** As `seal`. */
export async function open<Opened>(
  dataKeys: DataKeySource,
  { list, kmsContext, work }: ToOpen<Opened>,
  options?: CallOptions,
): Promise<Opened> {
  const ready = dataKeys.tryForDecryption(list, kmsContext)
  const dataKey = ready ?? (await dataKeys.forDecryption(list, kmsContext, options))
  return use(dataKey, () => work(dataKey))
}

/** As `trySeal`. */
export function tryOpen<Opened>(
  dataKeys: DataKeySource,
  { list, kmsContext, work }: ToOpen<Opened>,
): Opened | undefined {
  const dataKey = dataKeys.tryForDecryption(list, kmsContext)
  return dataKey && use(dataKey, () => work(dataKey))
}
