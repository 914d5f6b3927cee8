import type { Kms } from '@parasol/core'
import { injectKms, providerModule } from '@parasol/core/container'
import { definePlugin, type Plugin } from '@parasol/core/plugin'
import * as z from 'zod'
import type { DataKeyPolicy } from './data-key-policy.js'
import { dataKeysSchema } from './data-keys-schema.js'
import { EnvelopeProvider } from './envelope-provider.js'
import { suiteNames } from './suites.js'

/** A section of `schemes` in parasol.yaml with `use: envelope`. */
export interface EnvelopeSection {
  readonly kms: string
  readonly keyId: string
  readonly suite: string
  readonly readSuites: readonly string[]
  readonly dataKeys: DataKeyPolicy
}

const suite = z.enum(suiteNames as [string, ...string[]])

const section: z.ZodType<EnvelopeSection> = z.strictObject({
  kms: z.string().min(1).describe('Name of the KMS, from the section "kms"'),
  keyId: z.string().min(1).describe('The KMS key that wraps data keys: an id, or an alias such as alias/parasol'),
  suite: suite.default('aes-256-gcm').describe('The suite that encrypts'),
  readSuites: z
    .array(suite)
    .default([...suiteNames])
    .describe('The suites that are read; all of them'),
  dataKeys: dataKeysSchema.default('per-record'),
})

export const plugin: Plugin<EnvelopeSection> = definePlugin({
  options: section,
  kmsNames: ({ kms }) => [kms],
  module: (scheme, { kms, ...options }) =>
    providerModule(scheme, (kms: Kms) => new EnvelopeProvider({ ...options, kms, scheme }), [injectKms(kms)]),
})
