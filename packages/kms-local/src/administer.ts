import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { LocalKms, type LocalKmsOptions } from './local-kms.js'

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
