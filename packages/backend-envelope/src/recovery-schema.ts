import * as z from 'zod'
import { RecoveryPublicKey } from './recovery-key.js'

/** A recipient as parasol.yaml names it. */
export type RecoveryReference =
  | { readonly kms: string; readonly keyId: string; readonly standsIn?: boolean | undefined }
  | { readonly publicKey: string }

const reference = z
  .union([
    z.strictObject({
      kms: z.string().min(1).describe('Name of a KMS, from the section "kms"'),
      keyId: z.string().min(1).describe('Its key, called otherwise than that of the scheme'),
      standsIn: z.boolean().optional().describe("Whether it opens data keys while the scheme's own KMS is away; false"),
    }),
    z.strictObject({
      publicKey: z
        .string()
        .refine(isPublicKey, 'Expected the public half of a recovery key: "x25519:" and 43 characters')
        .describe('The public half of a recovery key, as "parasol recovery init" printed it'),
    }),
  ])
  .describe('{ kms: NAME, keyId: ID } or { publicKey: "x25519:…" }')

/** The values of `recovery` in parasol.yaml. */
export const recoverySchema: z.ZodType<readonly RecoveryReference[]> = z
  .array(reference)
  .max(8)
  .describe('Who else can open every data key: another KMS key, or the holders of a recovery key')

/** The KMS that these recipients need, in their order. */
export function recoveryKmsNames(recovery: readonly RecoveryReference[] = []): readonly string[] {
  return recovery.flatMap((each) => ('kms' in each ? [each.kms] : []))
}

/** Where two keys of a scheme are called the same, as a path in its section. */
export function sameKey(
  keyId: string,
  recovery: readonly RecoveryReference[] = [],
): readonly (string | number)[] | undefined {
  const keys = [keyId, ...recovery.map((each) => ('kms' in each ? each.keyId : each.publicKey))]
  const index = keys.findIndex((key, index) => keys.indexOf(key) !== index)
  if (index < 0) return undefined
  const field = recovery[index - 1] && 'kms' in (recovery[index - 1] as object) ? 'keyId' : 'publicKey'
  return ['recovery', index - 1, field]
}

function isPublicKey(text: string): boolean {
  try {
    RecoveryPublicKey.parse(text)
    return true
  } catch {
    return false
  }
}
