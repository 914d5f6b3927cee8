import { Dialogue } from '../dialogue.js'
import type { Terminal } from '../terminal.js'
import { type InitFlags, type InitSettings, type KmsChoice, type SchemeChoice, settingsOf } from './init-settings.js'
import { initTexts } from './init-texts.js'

export interface Answers {
  readonly settings: InitSettings
  /** Of a store that is made now. */
  readonly passphrase?: string
}

const PASSPHRASE_ENV = 'PARASOL_KMS_PASSPHRASE'
const MIN_PASSPHRASE = 12

/** Asks what the flags do not say. */
export async function askSettings(
  terminal: Terminal,
  flags: InitFlags,
  isUseCase: (name: string) => boolean,
): Promise<Answers> {
  using dialogue = new Dialogue(terminal)
  const text = initTexts(terminal)
  const defaults = settingsOf(flags)
  const kms =
    flags.kms ??
    (await dialogue.choose<KmsChoice>(text.askKms, [
      { value: 'local', label: text.kmsLocal },
      { value: 'aliyun', label: text.kmsAliyun },
    ]))
  const cloud = kms === 'aliyun' ? await askCloud(dialogue, terminal, flags) : {}
  const unlock = kms === 'local' ? await askUnlock(dialogue, terminal, flags) : {}
  const scheme =
    flags.scheme ??
    (await dialogue.choose<SchemeChoice>(text.askScheme, [
      { value: 'envelope', label: text.schemeEnvelope },
      { value: 'kms-direct', label: text.schemeDirect },
    ]))
  const useCases = flags.useCase.length > 0 ? flags.useCase : await askUseCases(dialogue, terminal, isUseCase)
  const { passphrase, ...opened } = unlock
  const settings = { ...defaults, ...cloud, ...opened, kms, scheme, useCases }
  return passphrase === undefined ? { settings } : { settings, passphrase }
}

async function askCloud(dialogue: Dialogue, terminal: Terminal, flags: InitFlags) {
  const text = initTexts(terminal)
  const { region, keyId } = settingsOf(flags)
  return {
    region: flags.region ?? (await dialogue.ask(text.askRegion, { initial: region })),
    keyId: flags.keyId ?? (await dialogue.ask(text.askKeyId, { initial: keyId })),
  }
}

async function askUnlock(
  dialogue: Dialogue,
  terminal: Terminal,
  { passphraseEnv }: InitFlags,
): Promise<{ passphraseEnv?: string; passphrase?: string }> {
  if (passphraseEnv !== undefined) return {}
  const text = initTexts(terminal)
  const choice = await dialogue.choose(text.askUnlock, [
    { value: 'file', label: text.unlockFile },
    { value: 'passphrase', label: text.unlockPassphrase },
  ])
  if (choice === 'file') return {}
  if (terminal.env[PASSPHRASE_ENV]) return { passphraseEnv: PASSPHRASE_ENV }
  return { passphraseEnv: PASSPHRASE_ENV, passphrase: await askPassphrase(dialogue, terminal) }
}

async function askPassphrase(dialogue: Dialogue, terminal: Terminal): Promise<string> {
  const text = initTexts(terminal)
  for (;;) {
    const passphrase = await dialogue.secret(text.askPassphrase)
    const isLong = passphrase.length >= MIN_PASSPHRASE
    if (isLong && passphrase === (await dialogue.secret(text.askPassphraseAgain))) return passphrase
    terminal.stderr.write(`${isLong ? text.passphrasesDiffer : text.passphraseShort}\n`)
  }
}

async function askUseCases(
  dialogue: Dialogue,
  terminal: Terminal,
  isUseCase: (name: string) => boolean,
): Promise<readonly string[]> {
  const text = initTexts(terminal)
  const split = (answer: string): string[] => [...new Set(answer.split(/[,，]/).map((name) => name.trim()))]
  const check = (answer: string) => (split(answer).every(isUseCase) ? undefined : text.badName)
  return split(await dialogue.ask(text.askUseCase, { initial: 'customer.phone', check }))
}
