import { inspect } from 'node:util'
import { CryptoError } from '@parasol/core'

const everything = {
  depth: Number.POSITIVE_INFINITY,
  showHidden: true,
  getters: true,
  maxArrayLength: null,
  maxStringLength: null,
} as const

/** Prints all that loggers and crash reporters print of a failure; tells whether there was one, of our own kind. */
export async function show(work: () => unknown): Promise<'succeeded' | 'failed' | 'untyped'> {
  try {
    print(await work())
    return 'succeeded'
  } catch (error) {
    print(error)
    return CryptoError.is(error) ? 'failed' : 'untyped'
  }
}

function print(value: unknown): void {
  // What a call gives back is the caller's; how keys, ciphers and providers print is ours.
  if (!isInstance(value)) return
  console.log(String(value), inspect(value, everything), JSON.stringify(value))
  console.error(value)
  if (!(value instanceof Error)) return
  const own = Object.getOwnPropertyNames(value).map((name) => [name, String(Reflect.get(value, name))])
  console.log(value.stack, JSON.stringify(own))
}

/** Of a class, and not a plain object or bytes. */
function isInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  return Object.getPrototypeOf(value) !== Object.prototype
}
