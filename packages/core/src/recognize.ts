import { CryptoError } from './errors.js'
import type { CryptoProvider } from './provider.js'

/** So many bytes of a ciphertext, or all of it, tell of which scheme it can be. */
export const RECOGNIZED_BY_BYTES = 64

/**
 * The schemes that a ciphertext can be of, by how it begins: those that know it, else those whose ciphertexts say nothing
 * of themselves, else the one that encrypts; that one first.
 */
export function recognizeSchemes(
  head: Uint8Array,
  own: CryptoProvider,
  readers: ReadonlyMap<string, CryptoProvider>,
): readonly string[] {
  const all = [...new Set([own, ...readers.values()])]
  const known = all.filter(({ traits }) => traits.begins?.(head))
  const silent = all.filter(({ traits }) => traits.begins === undefined)
  const found = [known, silent, [own]].find((some) => some.length > 0) as readonly CryptoProvider[]
  return found.map(({ scheme }) => scheme)
}

/** Does the work by one scheme after the other, until one decrypts. @throws what the first one failed with */
export async function withEachScheme(
  schemes: readonly string[],
  work: (scheme: string) => Promise<void>,
): Promise<void> {
  const [first, ...others] = schemes
  try {
    return await work(first as string)
  } catch (error) {
    if (!CryptoError.is(error) || error.code !== 'DECRYPTION_FAILED') throw error
    for (const scheme of others) {
      const done = await work(scheme).then(
        () => true,
        (second: unknown) => failedToo(second),
      )
      if (done) return
    }
    throw error
  }
}

function failedToo(error: unknown): false {
  if (CryptoError.is(error) && error.code === 'DECRYPTION_FAILED') return false
  throw error
}
