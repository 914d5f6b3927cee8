import { formatMutants } from './format-mutants.js'
import { keyMutants } from './key-mutants.js'
import { otherMutants } from './other-mutants.js'
import type { TestSetName } from './test-sets.js'

/** A mistake that somebody could make, in the compiled code, and the tests that must notice it. */
export interface Mutant {
  /** What would be wrong, as a sentence. */
  readonly mistake: string
  /** A compiled module: the package, and the file in its `dist`. */
  readonly file: `${string}/${string}.js`
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  readonly killedBy: TestSetName
}

/**
 * Mistakes that would cost security and would not show in a program that only encrypts and decrypts: what must be refused
 * would be taken. To add one is to add a row to a table.
 */
export const catalogue: readonly Mutant[] = [...formatMutants, ...keyMutants, ...otherMutants]

/** A change that changes nothing, for each set of tests: one that notices it would notice anything. */
export const harmless: readonly Mutant[] = (
  ['envelope', 'texts', 'golden', 'policies', 'recovery', 'core', 'kms-direct', 'kms'] as const
).map((killedBy) => ({
  mistake: `none for ${killedBy}`,
  file: 'core/data-key.js',
  find: 'DATA_KEY_BYTES = 32',
  replace: 'DATA_KEY_BYTES = 16 + 16',
  killedBy,
}))
