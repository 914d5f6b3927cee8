import type { Kms } from '@parasol/core'
import { injectKms, providerModule } from '@parasol/core/container'
import { definePlugin, type Plugin } from '@parasol/core/plugin'
import * as z from 'zod'
import type { DataKeyPolicy } from './data-key-policy.js'
import { dataKeysSchema } from './data-keys-schema.js'
import { EnvelopeProvider } from './envelope-provider.js'
import type { RecoveryRecipient } from './recovery-recipient.js'
import { type RecoveryReference, recoveryKmsNames, recoverySchema, sameKey } from './recovery-schema.js'
import { isSegmentSize, SEGMENT_SIZES } from './stream-header.js'
import { suiteNames } from './suites.js'

/** A section of `schemes` in parasol.yaml with `use: envelope`. */
export interface EnvelopeSection {
  readonly kms: string
  readonly keyId: string
  readonly suite?: string | undefined
  readonly readSuites: readonly string[]
  readonly dataKeys: DataKeyPolicy
  readonly segmentBytes?: number | undefined
  readonly recovery?: readonly RecoveryReference[] | undefined
}

const suite = z.enum(suiteNames as [string, ...string[]])

const section: z.ZodType<EnvelopeSection> = z
  .strictObject({
    kms: z.string().min(1).describe('Name of the KMS, from the section "kms"'),
    keyId: z.string().min(1).describe('The KMS key that wraps data keys: an id, or an alias such as alias/parasol'),
    suite: suite.optional().describe('The suite that encrypts; the fastest for each length'),
    readSuites: z
      .array(suite)
      .default([...suiteNames])
      .describe('The suites that are read; all of them'),
    dataKeys: dataKeysSchema.default('per-record'),
    segmentBytes: z
      .int()
      .refine(isSegmentSize, `Expected ${SEGMENT_SIZES}`)
      .optional()
      .describe('Bytes of plaintext in a segment of a stream; 65536'),
    recovery: recoverySchema.optional(),
  })
  .superRefine(({ keyId, recovery }, check) => {
    const path = sameKey(keyId, recovery)
    if (path) check.addIssue({ code: 'custom', path: [...path], message: SAME_KEY })
  })

const SAME_KEY = 'Expected another key: two of the scheme are called the same; write the ARN of one, or another alias'

export const plugin: Plugin<EnvelopeSection> = definePlugin({
  options: section,
  kmsNames: ({ kms, recovery }) => [kms, ...recoveryKmsNames(recovery)],
  module: (scheme, { kms, recovery, segmentBytes, ...options }) =>
    providerModule(
      scheme,
      (kms: Kms, ...recoveryKms: Kms[]) =>
        new EnvelopeProvider({
          ...options,
          kms,
          scheme,
          ...(segmentBytes === undefined ? {} : { segmentBytes }),
          recovery: recovery && withKms(recovery, recoveryKms),
        }),
      [injectKms(kms), ...recoveryKmsNames(recovery).map(injectKms)],
    ),
})

/** @param kms those of `recoveryKmsNames`, in their order */
function withKms(recovery: readonly RecoveryReference[], kms: readonly Kms[]): readonly RecoveryRecipient[] {
  const rest = kms.values()
  return recovery.map((each) => ('kms' in each ? { ...each, kms: rest.next().value as Kms } : each))
}
