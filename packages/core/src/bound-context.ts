import {
  checkValue,
  type EncryptionContext,
  PURPOSE_KEY,
  refuseReservedKeys,
  requireObject,
  sortedKeys,
  writeEntries,
} from './context.js'

/** A caller's context with the purpose, as it was when a call began: every value was read once, and is checked. */
export interface BoundContext {
  readonly purpose: string
  /** In the order in which they are encoded. */
  readonly keys: readonly string[]
  readonly values: readonly string[]
}

/**
 * Binds the purpose of one use case to contexts. Most contexts of a use case have the same keys in the same order, so
 * those of the last one are remembered, checked and sorted.
 */
export class ContextBinder {
  readonly #purpose: string
  /** As they stood in the last context. */
  #callerKeys: readonly string[] = []
  #keys: readonly string[] = [PURPOSE_KEY]

  constructor(purpose: string) {
    this.#purpose = purpose
  }

  /** @throws CryptoError INVALID_INPUT as `encodeContext` does, and for a key that is Parasol's own */
  bind(context: EncryptionContext): BoundContext {
    const keys = this.#keysOf(context)
    const values: string[] = []
    for (const key of keys) values.push(key === PURPOSE_KEY ? this.#purpose : checkValue(key, context[key]))
    return { purpose: this.#purpose, keys, values }
  }

  #keysOf(context: EncryptionContext): readonly string[] {
    requireObject(context)
    const callerKeys = Object.keys(context)
    if (isSame(callerKeys, this.#callerKeys)) return this.#keys
    refuseReservedKeys(context)
    const keys = sortedKeys({ ...context, [PURPOSE_KEY]: '' })
    this.#callerKeys = callerKeys
    this.#keys = keys
    return keys
  }
}

/** The value of a key of the caller's; undefined if it has none. */
export function contextValue({ keys, values }: BoundContext, key: string): string | undefined {
  const index = keys.indexOf(key)
  return index < 0 ? undefined : values[index]
}

/**
 * Writes what `encodeContext` gives for the same context as one object. Gives the offset after it.
 *
 * @throws CryptoError INVALID_INPUT if it is longer than 8,192 bytes, or than the target
 */
export function writeBoundContext({ keys, values }: BoundContext, target: Buffer, offset: number): number {
  return writeEntries(keys, values, target, offset)
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false
  return true
}
