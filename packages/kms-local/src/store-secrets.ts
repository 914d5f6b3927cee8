import { randomBytes } from 'node:crypto'
import { allocateSecret } from '@parasol/core'
import { deriveSubkey } from './root-key.js'

const KEY_BYTES = 32

/** The keys of a store, each for a use of its own; zeroed on disposal. */
export class StoreSecrets implements Disposable {
  readonly #bytes: Uint8Array

  /** Copies the bytes: those of `log`, `audit` and `tokens`, and of `formerLog` if there is one. */
  constructor(bytes: Uint8Array) {
    this.#bytes = allocateSecret(bytes.length)
    this.#bytes.set(bytes)
  }

  static random(): StoreSecrets {
    return StoreSecrets.#from(['log', 'audit', 'tokens'].map(() => randomBytes(KEY_BYTES)))
  }

  /** As the first version of the store had them: out of the root key itself. */
  static derived(rootKey: Uint8Array, storeId: string): StoreSecrets {
    return StoreSecrets.#from(['log', 'audit', 'tokens'].map((use) => deriveSubkey(rootKey, storeId, use)))
  }

  /** Of the records of the store. */
  get log(): Uint8Array {
    return this.#at(0)
  }

  get audit(): Uint8Array {
    return this.#at(1)
  }

  get tokens(): Uint8Array {
    return this.#at(2)
  }

  /** What records are still sealed by of a store whose root key was being changed. */
  get formerLog(): Uint8Array | undefined {
    return this.#bytes.length > 3 * KEY_BYTES ? this.#at(3) : undefined
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Other keys for all but the audit log, whose events go on being proved by the key that they were written under. */
  renewed(): StoreSecrets {
    return StoreSecrets.#from([randomBytes(KEY_BYTES), copy(this.audit), randomBytes(KEY_BYTES), copy(this.log)])
  }

  withoutFormer(): StoreSecrets {
    return new StoreSecrets(this.#bytes.subarray(0, 3 * KEY_BYTES))
  }

  [Symbol.dispose](): void {
    this.#bytes.fill(0)
  }

  static #from(keys: readonly Uint8Array[]): StoreSecrets {
    const bytes = allocateSecret(keys.length * KEY_BYTES)
    for (const [index, key] of keys.entries()) {
      bytes.set(key, index * KEY_BYTES)
      key.fill(0)
    }
    const secrets = new StoreSecrets(bytes)
    bytes.fill(0)
    return secrets
  }

  #at(index: number): Uint8Array {
    return this.#bytes.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES)
  }
}

function copy(key: Uint8Array): Uint8Array {
  const secret = allocateSecret(key.length)
  secret.set(key)
  return secret
}
