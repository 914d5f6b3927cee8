import type { Cipher } from '@parasol/core'
import { providerModule, SERVICES } from '@parasol/core/container'
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
import { FolderKeyFiles, type KeyFiles } from './key-files.js'
import { KeyRing } from './key-ring.js'
import { PROFILES, type Profile } from './profile.js'
import type { SessionKeyPolicy } from './reuse/session-key-policy.js'
import { sessionKeysSchema } from './reuse/session-keys-schema.js'
import { SealedKeyFiles } from './sealed-key-files.js'
import { Contacts, isContactName, type PinnedContacts } from './trust/contacts.js'

/** A section of `schemes` in parasol.yaml with `use: gpg`. */
export interface GpgSection {
  readonly keyRing: string
  readonly sealedBy?: string | undefined
  readonly profile: Profile
  readonly recipients: readonly string[]
  readonly contacts?: PinnedContacts | undefined
  readonly hidden?: boolean | undefined
  readonly password?: SecretReference | undefined
  readonly signer?: string | undefined
  readonly verify?: readonly string[] | undefined
  readonly decryptWith?: readonly string[] | undefined
  readonly passphrase?: SecretReference | undefined
  readonly context: 'signed' | 'refused'
  readonly allowUnsigned: boolean
  readonly armor: boolean
  readonly sessionKeys?: SessionKeyPolicy | undefined
}

const fingerprint = z
  .string()
  .regex(/^([0-9A-Fa-f]\s*){40}$|^([0-9A-Fa-f]\s*){64}$/, 'Expected a full fingerprint of 40 or 64 hexadecimal digits')

const pins = z.array(fingerprint).default([])
const name = z.string().refine(isContactName, 'Expected a contact: letters, digits, "_", "-" and "."')
const party = z.union([fingerprint, name], { error: 'Expected a full fingerprint, or the name of a contact' })

const section: z.ZodType<GpgSection> = z
  .strictObject({
    keyRing: z.string().min(1).describe('Folder of the key ring'),
    sealedBy: z
      .string()
      .min(1)
      .optional()
      .describe('A use case of another scheme that encrypts the secret keys once more'),
    profile: z
      .enum(PROFILES)
      .default('compat')
      .describe('How messages are written: for gpg 2.2, as RFC 9580 has them, or as all recipients can read them'),
    recipients: z
      .array(party)
      .default([])
      .describe('Those who can read, your own key among them; none with a password'),
    contacts: z
      .record(name, z.union([fingerprint, z.strictObject({ encrypt: pins, verify: pins })]))
      .optional()
      .describe('Names for full fingerprints, for every use or for each; beside those of the key ring'),
    signer: party.optional().describe('The key that signs'),
    verify: z.array(party).min(1).optional().describe('Those whose signatures are accepted; the signer'),
    decryptWith: z.array(party).min(1).optional().describe('Keys that decrypt; recipients whose secret keys are there'),
    passphrase: secretReference.optional().describe('Unlocks the secret keys'),
    password: secretReference.optional().describe('Opens every message as well as the keys do'),
    hidden: z.boolean().default(false).describe('Whether messages do not say who can read them; with one recipient'),
    context: z.enum(['signed', 'refused']).default('refused').describe('Whether the signature binds a context'),
    allowUnsigned: z.boolean().default(false).describe('Whether messages without a valid signature are read'),
    armor: z.boolean().default(false).describe('Whether messages are written as text'),
    sessionKeys: sessionKeysSchema.optional(),
  })
  .refine(({ sessionKeys, signer }) => !sessionKeys?.reuse || signer !== undefined, {
    path: ['sessionKeys', 'reuse'],
    error: 'Session keys can be used again if there is a signer',
  })
  .refine(({ sessionKeys, hidden }) => !sessionKeys?.reuse || !hidden, {
    path: ['sessionKeys', 'reuse'],
    error: 'Session keys cannot be used again with "hidden", for they link messages',
  })
  .refine(({ context, signer }) => context !== 'signed' || signer !== undefined, {
    path: ['signer'],
    error: 'Expected a signer, because "context: signed" binds the context by a signature',
  })
  .refine(({ context, allowUnsigned }) => context !== 'signed' || !allowUnsigned, {
    path: ['allowUnsigned'],
    error: 'Unsigned messages cannot be allowed with "context: signed"',
  })
  .refine(({ recipients, password }) => recipients.length > 0 || password !== undefined, {
    path: ['recipients'],
    error: 'Expected recipients, or a password',
  })
  .refine(({ hidden, recipients }) => !hidden || recipients.length === 1, {
    path: ['hidden'],
    error: 'Recipients can be hidden if there is exactly one',
  })
  .refine(({ signer, verify, allowUnsigned }) => signer !== undefined || verify !== undefined || allowUnsigned, {
    path: ['verify'],
    error: 'Expected "verify" or "signer": otherwise no message could be read',
  })

export const plugin: Plugin<GpgSection> = definePlugin({
  options: section,
  useCaseNames: ({ sealedBy }) => (sealedBy === undefined ? [] : [sealedBy]),
  module: (
    scheme,
    { keyRing, sealedBy, contacts, signer, verify, decryptWith, passphrase, password, sessionKeys, ...options },
    host,
  ) =>
    providerModule(
      scheme,
      (cipherOf: (useCase: string) => Cipher) =>
        new GpgProvider({
          ...options,
          scheme,
          recipients: options.recipients,
          hidden: options.hidden ?? false,
          keyRing: new KeyRing(
            keyFiles(resolvePath(keyRing, host), sealedBy === undefined ? undefined : () => cipherOf(sealedBy)),
          ),
          contacts: new Contacts(resolvePath(keyRing, host), contacts),
          ...(sessionKeys ? { sessionKeys } : {}),
          ...(signer ? { signer } : {}),
          ...(verify ? { verify } : {}),
          ...(decryptWith ? { decryptWith } : {}),
          ...(password ? { password: () => readSecret(password, host) } : {}),
          ...(passphrase ? { passphrase: () => readSecret(passphrase, host) } : {}),
        }),
      [{ serviceIdentifier: SERVICES.CipherOf }],
    ),
})

/** The cipher is asked for with the first secret key: the schemes are not built before. */
function keyFiles(folder: string, cipher: (() => Cipher) | undefined): KeyFiles {
  const files = new FolderKeyFiles(folder)
  if (!cipher) return files
  return new SealedKeyFiles(files, {
    encryptBytes: (plaintext, context, options) => cipher().encryptBytes(plaintext, context, options),
    decryptBytes: (ciphertext, context, options) => cipher().decryptBytes(ciphertext, context, options),
  })
}
