import * as z from 'zod'
import { type DataKeyPolicy, LIMITS } from './data-key-policy.js'

const decrypt = z
  .strictObject({
    maxEntries: limit('maxEntries').describe('How many data keys are kept to decrypt with'),
    maxAgeSeconds: limit('maxAgeSeconds').describe('How long each is kept; as long as those that encrypt'),
  })
  .describe('Data keys that are kept to decrypt with')

const reuse = z
  .strictObject({
    maxRecords: limit('maxRecords').describe('How many records a data key encrypts at most'),
    maxBytes: limit('maxBytes').describe('How many bytes of plaintext a data key encrypts at most'),
    maxAgeSeconds: limit('maxAgeSeconds').describe('How long a data key is kept at most'),
    maxStaleSeconds: limit('maxStaleSeconds').describe('How much longer it serves while the KMS is away; not at all'),
    maxKeys: limit('maxKeys').describe('How many data keys are kept to encrypt with'),
    partitionBy: z
      .string()
      .min(1)
      .optional()
      .describe('A key of the context, such as tenantId: records that differ in it do not share a data key'),
    decrypt: decrypt.optional(),
  })
  .describe('One data key for many records, within limits')

const perRecord = z
  .strictObject({
    prefetch: limit('prefetch').unwrap().describe('How many data keys of each purpose are ready'),
    maxAgeSeconds: limit('maxAgeSeconds').describe('After which one that was not used is destroyed'),
  })
  .describe('A data key for each record, fetched in advance')

/** The values of `dataKeys` in parasol.yaml. */
export const dataKeysSchema: z.ZodType<DataKeyPolicy> = z
  .union([z.literal('per-record'), z.strictObject({ reuse }), z.strictObject({ perRecord })])
  .describe('How long data keys live: per-record, { reuse: LIMITS } or { perRecord: { prefetch: N } }')

function limit(name: keyof typeof LIMITS): z.ZodOptional<z.ZodInt> {
  return z.int().min(LIMITS[name].min).max(LIMITS[name].max).optional()
}
