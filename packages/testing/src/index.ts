/**
 * The conformance kit: what "implements `CryptoProvider`" and "implements `Kms`" mean, as cases that run.
 *
 * A backend proves itself in ten lines, its `test/conformance.test.ts`, with `testCryptoProvider` or `testKms` of
 * `@parasol/testing/vitest`:
 *
 *     testCryptoProvider('EnvelopeProvider', () => ({
 *       provider: new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/test' }),
 *       stranger: new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/test' }),
 *     }))
 *
 * Each case becomes one test, named by a sentence. Cases about an ability or a limit that the provider does not have are
 * not registered. Cases are plain data and know no runner: with another one than vitest, `runCases(providerCases,
 * harness)` gives the results. `brokenProviders` and `brokenKms` are what the kit itself is tested with.
 *
 * @packageDocumentation
 */
export type { BrokenProvider } from './broken/variant.js'
export { type BrokenKms, brokenKms } from './broken-kms.js'
export { brokenProviders } from './broken-providers.js'
export { type CaseResult, type ConformanceCase, runCases } from './conformance-case.js'
export { FakeKms, type FakeKmsCalls, type FakeKmsOptions, MISSING_KEY_ID } from './fake-kms.js'
export type { KmsHarness } from './kms/kms-harness.js'
export { kmsCases } from './kms-cases.js'
export { findPostgres, PostgresServer, type PostgresServerOptions } from './postgres-server.js'
export type { ProviderHarness } from './provider/provider-harness.js'
export { providerCases } from './provider-cases.js'
export { ReEncryptingFakeKms } from './re-encrypting-fake-kms.js'
export { type ReferenceProvider, referenceProvider } from './reference/reference-provider.js'
export { gather, once } from './streams.js'
export type { Integrity } from './subject.js'
