import {
  checkValue,
  contextTooLong,
  type EncryptionContext,
  MAX_CONTEXT_BYTES,
  PURPOSE_KEY,
  refuseReservedKeys,
  requireObject,
  sortKeys,
  writeText,
} from './context.js'

/** A caller's context with the purpose, as it was when a call began: every value was read once, and is checked. */
export interface BoundContext {
  readonly purpose: string
  /** The caller's keys in the order in which they are encoded, and their values. */
  readonly keys: readonly string[]
  readonly values: readonly string[]
  /** What stands in the encoding before each value, and after the last one. */
  readonly between: readonly Uint8Array[]
}

/** What contexts with the same keys have in common. */
type Template = Pick<BoundContext, 'keys' | 'between'>

/**
 * Binds the purpose of one use case to contexts. Most contexts of a use case have the same keys in the same order, so
 * those of the last one are remembered, checked, sorted and encoded.
 */
export class ContextBinder {
  readonly #purpose: string
  /** As they stood in the last context. */
  #callerKeys: readonly string[] = []
  #template: Template

  constructor(purpose: string) {
    this.#purpose = purpose
    this.#template = templateOf([PURPOSE_KEY], purpose)
  }

  /** @throws CryptoError INVALID_INPUT as `encodeContext` does, and for a key that is Parasol's own */
  bind(context: EncryptionContext): BoundContext {
    const { keys, between } = this.#templateOf(context)
    const values = new Array<string>(keys.length)
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string
      values[index] = checkValue(key, context[key])
    }
    return { purpose: this.#purpose, keys, values, between }
  }

  #templateOf(context: EncryptionContext): Template {
    requireObject(context)
    const callerKeys = Object.keys(context)
    if (isSame(callerKeys, this.#callerKeys)) return this.#template
    refuseReservedKeys(context)
    const template = templateOf(sortKeys([...callerKeys, PURPOSE_KEY]), this.#purpose)
    this.#callerKeys = callerKeys
    this.#template = template
    return template
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
export function writeBoundContext({ values, between }: BoundContext, target: Buffer, offset: number): number {
  const end = Math.min(target.length, offset + MAX_CONTEXT_BYTES)
  let position = offset
  for (let index = 0; index < between.length; index++) {
    const part = between[index] as Uint8Array
    if (part.length > end - position) throw contextTooLong()
    target.set(part, position)
    position += part.length
    if (index < values.length) position = writeText(values[index] as string, target, position, end)
  }
  return position
}

/** @param allKeys sorted, the purpose's among them */
function templateOf(allKeys: readonly string[], purpose: string): Template {
  const keys: string[] = []
  const between: Uint8Array[] = []
  let part: Uint8Array[] = [uint32(allKeys.length)]
  for (const key of allKeys) {
    part.push(frame(key))
    if (key === PURPOSE_KEY) {
      part.push(frame(purpose))
    } else {
      keys.push(key)
      between.push(Buffer.concat(part))
      part = []
    }
  }
  return { keys, between: [...between, Buffer.concat(part)] }
}

function frame(text: string): Uint8Array {
  return Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)])
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false
  return true
}
