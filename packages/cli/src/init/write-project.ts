import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { AtomicFile, makeFolder, writeFileAtomic } from '@parasol/core/files'
import { LocalKms, type RootKeySource } from '@parasol/kms-local'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import type { Answers } from './ask-settings.js'
import { configText } from './config-text.js'
import { initTexts } from './init-texts.js'

/** What `init` has made. */
export interface Project {
  readonly config: string
  readonly useCases: readonly string[]
  readonly store?: string
  readonly keyFile?: string
}

/** Writes the configuration and makes the store: all of it, or no configuration. Nothing is replaced. */
export async function writeProject(terminal: Terminal, { settings, passphrase }: Answers): Promise<Project> {
  const { dir, kms, useCases } = settings
  const config = join(dir, 'parasol.yaml')
  if (dir !== '.') await makeFolder(dir)
  await using file = await createNew(terminal, config)
  const made =
    kms === 'local' ? await makeStore(terminal, { settings, ...(passphrase !== undefined && { passphrase }) }) : {}
  await file.write(configText(terminal, settings))
  await writeSchema(dir)
  await file.commit()
  return { config, useCases, ...made }
}

async function createNew(terminal: Terminal, path: string): Promise<AtomicFile> {
  try {
    return await AtomicFile.create(path, { mode: 0o644, overwrite: false })
  } catch (error) {
    if (!CryptoError.is(error) || error.reason !== 'EEXIST') throw error
    throw new CryptoError('IO', initTexts(terminal).exists(path), { cause: error })
  }
}

async function makeStore(terminal: Terminal, { settings, passphrase }: Answers) {
  const { dir, keyId, passphraseEnv } = settings
  const store = join(dir, 'kms')
  const keyFile = join(dir, 'kms.key')
  const known = passphraseEnv === undefined ? undefined : (passphrase ?? requirePassphrase(terminal, passphraseEnv))
  const rootKey: RootKeySource = known === undefined ? { keyFile } : { passphrase: () => known }
  await using kms = new LocalKms({ folder: store, rootKey, createKeys: [keyId] })
  await kms.open()
  return passphraseEnv === undefined ? { store, keyFile } : { store }
}

function requirePassphrase(terminal: Terminal, name: string): string {
  const passphrase = terminal.env[name]
  if (passphrase) return passphrase
  throw new UsageError(initTexts(terminal).noPassphrase(name))
}

/** For editors. One that is there already is left. */
async function writeSchema(dir: string): Promise<void> {
  const { configJsonSchema } = await import('@parasol/config')
  const schema = `${JSON.stringify(await configJsonSchema(), null, 2)}\n`
  await writeFileAtomic(join(dir, 'parasol.schema.json'), schema, { mode: 0o644, overwrite: false }).catch((error) => {
    if (!CryptoError.is(error) || error.reason !== 'EEXIST') throw error
  })
}
