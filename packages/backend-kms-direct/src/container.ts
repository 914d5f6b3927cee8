import type { Kms } from '@parasol/core'
import { injectKms, providerModule } from '@parasol/core/container'
import { definePlugin, type Plugin } from '@parasol/core/plugin'
import * as z from 'zod'
import { KmsDirectProvider } from './kms-direct-provider.js'

/** A section of `schemes` in parasol.yaml with `use: kms-direct`. */
export interface KmsDirectSection {
  readonly kms: string
  readonly keyId: string
  readonly visibleContextKeys?: readonly string[] | undefined
}

const section: z.ZodType<KmsDirectSection> = z.strictObject({
  kms: z.string().min(1).describe('Name of the KMS, from the section "kms"'),
  keyId: z.string().min(1).describe('The KMS key that encrypts: an id, or an alias such as alias/parasol'),
  visibleContextKeys: z
    .array(z.string().min(1))
    .optional()
    .describe('Keys of the context that the KMS and its audit trail may see in clear; none'),
})

export const plugin: Plugin<KmsDirectSection> = definePlugin({
  options: section,
  kmsNames: ({ kms }) => [kms],
  module: (scheme, { kms, keyId, visibleContextKeys = [] }) =>
    providerModule(scheme, (kms: Kms) => new KmsDirectProvider({ kms, keyId, visibleContextKeys, scheme }), [
      injectKms(kms),
    ]),
})
