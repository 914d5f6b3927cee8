import type { DataKeyPolicy } from './data-key-policy.js'
import type { DataKeySource } from './data-key-source.js'
import { type KmsDataKeysOptions, PerRecordDataKeys } from './per-record-data-keys.js'
import { PrefetchedDataKeys } from './prefetched-data-keys.js'
import { RecoveredDataKeys } from './recovered-data-keys.js'
import type { RecoveryKey } from './recovery-key.js'
import { ReusedDataKeys } from './reused-data-keys.js'

export interface CreateDataKeysOptions extends KmsDataKeysOptions {
  /** Opens data keys in the place of the KMS. */
  readonly recoveryKey?: RecoveryKey | undefined
}

/** @throws CryptoError INVALID_CONFIG for a limit out of its range */
export function createDataKeys(policy: DataKeyPolicy, options: CreateDataKeysOptions): DataKeySource {
  const source = new PerRecordDataKeys(options)
  if (options.recoveryKey) return new RecoveredDataKeys({ source, recoveryKey: options.recoveryKey })
  if (policy === 'per-record') return source
  if ('reuse' in policy) return new ReusedDataKeys({ source, limits: policy.reuse })
  return new PrefetchedDataKeys({ source, limits: policy.perRecord })
}
