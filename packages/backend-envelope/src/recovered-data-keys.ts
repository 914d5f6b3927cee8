import {
  type CallOptions,
  CryptoError,
  DataKey,
  decryptionFailed,
  type EncryptionContext,
  throwIfAborted,
} from '@parasol/core'
import type { DataKeyLease, DataKeySource, DataKeyStats } from './data-key-source.js'
import { lendOpened } from './opened-data-key.js'
import type { PerRecordDataKeys } from './per-record-data-keys.js'
import type { RecoveryKey } from './recovery-key.js'
import { RECOVERY_WRAPPING, type WrappedKeyList } from './wrapped-keys.js'

export interface RecoveredDataKeysOptions {
  /** For whom data keys are wrapped again. It is closed together with this; the recovery key is not. */
  readonly source: PerRecordDataKeys
  readonly recoveryKey: RecoveryKey
}

/** Data keys that a recovery key opens, without the KMS that wrapped them. */
export class RecoveredDataKeys implements DataKeySource {
  readonly #source: PerRecordDataKeys
  readonly #key: RecoveryKey

  constructor({ source, recoveryKey }: RecoveredDataKeysOptions) {
    this.#source = source
    this.#key = recoveryKey
  }

  async forEncryption(): Promise<DataKeyLease> {
    throw new CryptoError('UNSUPPORTED', 'A recovery key opens what there is; new data is for a scheme with its KMS')
  }

  tryForEncryption(): undefined {}

  async forDecryption(
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<DataKeyLease> {
    throwIfAborted(options?.signal)
    const wrapped = list.keys.find(({ kind, label }) => kind === RECOVERY_WRAPPING && label === this.#key.id)
    const plaintext = wrapped && this.#key.unwrap(wrapped.bytes, kmsContext)
    if (!wrapped || !plaintext) throw decryptionFailed()
    return lendOpened(new DataKey(wrapped.bytes, plaintext), list)
  }

  tryForDecryption(): undefined {}

  tryForLastList(): undefined {}

  rewrap(
    dataKey: DataKeyLease,
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    return this.#source.wrapAnew(dataKey, list, kmsContext, options)
  }

  stats(): DataKeyStats {
    return this.#source.stats()
  }

  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]()
  }
}
