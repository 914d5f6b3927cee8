import type { CryptoProvider } from '@parasol/core'

import { type ReferenceParts, type ReferenceProvider, referenceProvider } from '../reference/reference-provider.js'

/** A provider with one fault, and the case that catches it. */
export interface BrokenProvider {
  /** A sentence: "ignores the context". */
  readonly fault: string
  /** The name of a case of `providerCases`. */
  readonly caughtBy: string
  make(): CryptoProvider
}

/** The reference provider with some of its parts swapped, anew for each. */
export function withParts(parts: () => Partial<ReferenceParts>): () => ReferenceProvider {
  return () => referenceProvider(parts())
}

/** The reference provider with some of its methods replaced. */
export function withMethods(change: (sound: ReferenceProvider) => Partial<ReferenceProvider>): () => ReferenceProvider {
  return () => {
    const sound = referenceProvider()
    return { ...sound, ...change(sound) }
  }
}
