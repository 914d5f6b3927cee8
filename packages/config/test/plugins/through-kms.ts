import type { CallOptions, CryptoProvider, EncryptionContext, Kms } from '@parasol/core'
import { injectKms, providerModule } from '@parasol/core/container'
import { definePlugin, secretReference } from '@parasol/core/plugin'
import * as z from 'zod'

/** A scheme that leaves all work to its KMS. */
class ThroughKms implements CryptoProvider {
  readonly scheme: string
  readonly traits = { maxPlaintextBytes: 4096, bindsContext: true, plaintextLeavesProcess: false }
  readonly #kms: Kms
  readonly #keyId: string

  constructor(scheme: string, kms: Kms, keyId: string) {
    this.scheme = scheme
    this.#kms = kms
    this.#keyId = keyId
  }

  encrypt(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    return this.#kms.encrypt(this.#keyId, plaintext, { ...context, scheme: this.scheme }, options)
  }

  decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    return this.#kms.decrypt(ciphertext, { ...context, scheme: this.scheme }, options)
  }
}

/** An option of every kind that errors have words for. */
export const plugin = definePlugin({
  options: z.strictObject({
    kms: z.string().describe('Name of the KMS'),
    keyId: z.string().describe('The KMS key'),
    suite: z.enum(['aes-256-gcm', 'secretbox']).optional(),
    recipients: z.array(z.string().min(8)).optional(),
    maxRecords: z.number().int().positive().optional(),
    armor: z.boolean().optional(),
    secret: secretReference.optional(),
    dataKeys: z
      .union([z.literal('per-record'), z.strictObject({ reuse: z.strictObject({ seconds: z.number() }) })])
      .optional(),
  }),
  kmsNames: ({ kms }) => [kms],
  module: (name, { kms, keyId }) =>
    providerModule(name, (injected: Kms) => new ThroughKms(name, injected, keyId), [injectKms(kms)]),
})
