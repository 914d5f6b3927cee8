import type { Kms } from '@parasol/core'
import { injectKms, kmsModule } from '@parasol/core/container'
import {
  definePlugin,
  type Plugin,
  type PluginHost,
  readSecret,
  resolvePath,
  type SecretReference,
  secretReference,
} from '@parasol/core/plugin'
import * as z from 'zod'
import { LocalKms } from './local-kms.js'
import type { RootKeySource } from './root-key.js'

/** A section of `kms` in parasol.yaml with `use: local`. */
export interface LocalKmsSection {
  readonly store: string
  readonly passphrase?: SecretReference | undefined
  readonly keyFile?: string | undefined
  readonly rootKms?: { readonly kms: string; readonly keyId: string } | undefined
  readonly createKeys?: readonly string[] | undefined
}

const section: z.ZodType<LocalKmsSection> = z
  .strictObject({
    store: z.string().min(1).describe("Folder of the sealed store; made if there is none, and one process's at a time"),
    passphrase: secretReference.optional().describe('The passphrase that opens the store'),
    keyFile: z.string().min(1).optional().describe('A file of 32 random bytes that opens the store; made with it'),
    rootKms: z
      .strictObject({ kms: z.string().min(1), keyId: z.string().min(1) })
      .optional()
      .describe('Another KMS and its key, which wraps the key that opens the store'),
    createKeys: z
      .array(z.string().regex(/^alias\//, 'Expected an alias, such as alias/parasol'))
      .optional()
      .describe('Aliases that get a key of their own when the store is opened, if they have none'),
  })
  .refine((section) => [section.passphrase, section.keyFile, section.rootKms].filter(Boolean).length === 1, {
    error: 'Expected one of "passphrase", "keyFile" and "rootKms"',
  })

export const plugin: Plugin<LocalKmsSection> = definePlugin({
  options: section,
  kmsNames: ({ rootKms }) => (rootKms ? [rootKms.kms] : []),
  module: (name, options, host) =>
    kmsModule(
      name,
      (...[rootKms]: Kms[]) =>
        new LocalKms({
          folder: resolvePath(options.store, host),
          rootKey: rootKeyOf(options, rootKms, host),
          createKeys: options.createKeys ?? [],
        }),
      options.rootKms ? [injectKms(options.rootKms.kms)] : [],
    ),
})

function rootKeyOf(
  { passphrase, keyFile = '', rootKms }: LocalKmsSection,
  kms: Kms | undefined,
  host: PluginHost,
): RootKeySource {
  if (rootKms && kms) return { kms, keyId: rootKms.keyId }
  return passphrase ? { passphrase: () => readSecret(passphrase, host) } : { keyFile: resolvePath(keyFile, host) }
}
