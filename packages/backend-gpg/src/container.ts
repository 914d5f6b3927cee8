import { providerModule } from '@parasol/core/container'
import {
  definePlugin,
  type Plugin,
  readSecret,
  resolvePath,
  type SecretReference,
  secretReference,
} from '@parasol/core/plugin'
import * as z from 'zod'
import { GpgProvider } from './gpg-provider.js'
import { KeyRing } from './key-ring.js'

/** A section of `schemes` in parasol.yaml with `use: gpg`. */
export interface GpgSection {
  readonly keyRing: string
  readonly recipients: readonly string[]
  readonly signer?: string | undefined
  readonly verify?: readonly string[] | undefined
  readonly decryptWith?: readonly string[] | undefined
  readonly passphrase?: SecretReference | undefined
  readonly context: 'signed' | 'refused'
  readonly allowUnsigned: boolean
  readonly armor: boolean
}

const fingerprint = z
  .string()
  .regex(/^([0-9A-Fa-f]\s*){40}$|^([0-9A-Fa-f]\s*){64}$/, 'Expected a full fingerprint of 40 or 64 hexadecimal digits')

const section: z.ZodType<GpgSection> = z
  .strictObject({
    keyRing: z.string().min(1).describe('Folder of the key ring'),
    recipients: z.array(fingerprint).min(1).describe('Fingerprints of those who can read; your own among them'),
    signer: fingerprint.optional().describe('Fingerprint of the key that signs'),
    verify: z.array(fingerprint).min(1).optional().describe('Fingerprints whose signatures are accepted; the signer'),
    decryptWith: z
      .array(fingerprint)
      .min(1)
      .optional()
      .describe('Keys that decrypt; recipients whose secret keys are there'),
    passphrase: secretReference.optional().describe('Unlocks the secret keys'),
    context: z.enum(['signed', 'refused']).default('refused').describe('Whether the signature binds a context'),
    allowUnsigned: z.boolean().default(false).describe('Whether messages without a valid signature are read'),
    armor: z.boolean().default(false).describe('Whether messages are written as text'),
  })
  .refine(({ context, signer }) => context !== 'signed' || signer !== undefined, {
    path: ['signer'],
    error: 'Expected a signer, because "context: signed" binds the context by a signature',
  })
  .refine(({ context, allowUnsigned }) => context !== 'signed' || !allowUnsigned, {
    path: ['allowUnsigned'],
    error: 'Unsigned messages cannot be allowed with "context: signed"',
  })
  .refine(({ signer, verify, allowUnsigned }) => signer !== undefined || verify !== undefined || allowUnsigned, {
    path: ['verify'],
    error: 'Expected "verify" or "signer": otherwise no message could be read',
  })

export const plugin: Plugin<GpgSection> = definePlugin({
  options: section,
  module: (scheme, { keyRing, signer, verify, decryptWith, passphrase, ...options }, host) =>
    providerModule(
      scheme,
      () =>
        new GpgProvider({
          ...options,
          scheme,
          keyRing: new KeyRing(resolvePath(keyRing, host)),
          ...(signer ? { signer } : {}),
          ...(verify ? { verify } : {}),
          ...(decryptWith ? { decryptWith } : {}),
          ...(passphrase ? { passphrase: () => readSecret(passphrase, host) } : {}),
        }),
      [],
    ),
})
