import { type EncryptionContext, PURPOSE_KEY } from '@parasol/core'

const MAX_KEPT = 1000
const NO_PURPOSE: EncryptionContext = Object.freeze({})

/** What the KMS sees of contexts: the purpose alone. Equal ones are mostly one object, so that caches know it again. */
export class KmsContexts {
  readonly #byPurpose = new Map<string, EncryptionContext>()

  of(context: EncryptionContext): EncryptionContext {
    const purpose = Object.hasOwn(context, PURPOSE_KEY) ? context[PURPOSE_KEY] : undefined
    return purpose === undefined ? NO_PURPOSE : this.ofPurpose(purpose)
  }

  ofPurpose(purpose: string): EncryptionContext {
    return this.#byPurpose.get(purpose) ?? this.#keep(purpose)
  }

  #keep(purpose: string): EncryptionContext {
    const kmsContext = Object.freeze({ purpose })
    if (this.#byPurpose.size < MAX_KEPT) this.#byPurpose.set(purpose, kmsContext)
    return kmsContext
  }
}
