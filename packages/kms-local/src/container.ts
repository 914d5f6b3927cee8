import { kmsModule } from '@parasol/core/container'
import {
  definePlugin,
  type Plugin,
  readSecret,
  resolvePath,
  type SecretReference,
  secretReference,
} from '@parasol/core/plugin'
import * as z from 'zod'
import { LocalKms } from './local-kms.js'

/** A section of `kms` in parasol.yaml with `use: local`. */
export interface LocalKmsSection {
  readonly store: string
  readonly passphrase?: SecretReference | undefined
  readonly keyFile?: string | undefined
  readonly createKeys?: readonly string[] | undefined
}

const section: z.ZodType<LocalKmsSection> = z
  .strictObject({
    store: z.string().min(1).describe("Folder of the sealed store; made if there is none, and one process's at a time"),
    passphrase: secretReference.optional().describe('The passphrase that opens the store'),
    keyFile: z.string().min(1).optional().describe('A file of 32 random bytes that opens the store; made with it'),
    createKeys: z
      .array(z.string().regex(/^alias\//, 'Expected an alias, such as alias/parasol'))
      .optional()
      .describe('Aliases that get a key of their own when the store is opened, if they have none'),
  })
  .refine(({ passphrase, keyFile }) => (passphrase === undefined) !== (keyFile === undefined), {
    error: 'Expected either "passphrase" or "keyFile"',
  })

export const plugin: Plugin<LocalKmsSection> = definePlugin({
  options: section,
  module: (name, { store, passphrase, keyFile, createKeys = [] }, host) =>
    kmsModule(
      name,
      () =>
        new LocalKms({
          folder: resolvePath(store, host),
          rootKey: passphrase
            ? { passphrase: () => readSecret(passphrase, host) }
            : { keyFile: resolvePath(keyFile ?? '', host) },
          createKeys,
        }),
      [],
    ),
})
