import type { ProofContext } from '../proof.js'

/** Tests that are run on changed code: each rejects, or does not hold, if it notices the change. */
export type TestSetName = keyof typeof testSets

const context: ProofContext = { scale: 'short', seed: 1, progress: () => undefined }

/** Loaded when one is run, since what they import may be changed. */
export const testSets = {
  envelope: async () => (await import('./envelope-tests.js')).envelopeTests(),
  texts: async () => (await import('./text-tests.js')).textTests(),
  policies: async () => (await import('./policy-tests.js')).policyTests(),
  recovery: async () => (await import('./recovery-tests.js')).recoveryTests(),
  core: async () => (await import('./core-tests.js')).coreTests(),
  kms: async () => (await import('./kms-tests.js')).kmsTests(),
  'kms-direct': async () => (await import('./kms-tests.js')).kmsDirectTests(),
  golden: async () => (await (await import('../golden/golden.js')).golden.measure(context)).holds,
} as const satisfies Readonly<Record<string, () => Promise<boolean>>>
