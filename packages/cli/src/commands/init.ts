import { Command } from 'commander'
import { canAsk } from '../dialogue.js'
import { examples } from '../examples.js'
import {
  DATA_KEYS_CHOICES,
  type InitFlags,
  type InitSettings,
  KMS_CHOICES,
  SCHEME_CHOICES,
  settingsOf,
} from '../init/init-settings.js'
import { initTexts } from '../init/init-texts.js'
import type { Project } from '../init/write-project.js'
import { addJsonOption } from '../options.js'
import { print } from '../print.js'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'

interface InitOptions extends InitFlags {
  readonly yes?: boolean
  readonly json?: boolean
}

/** A first configuration, with a local KMS that has a key; in a dialogue, or by flags. */
export function initCommand(terminal: Terminal): Command {
  const text = initTexts(terminal)
  const command = new Command('init')
  command
    .description(text.description)
    .option('-y, --yes', text.yes)
    .option('--dir <folder>', text.dir, '.')
    .option('-u, --use-case <name>', text.useCase, addUseCase, [])
    .addOption(command.createOption('--kms <service>', text.kms).choices(KMS_CHOICES))
    .option('--passphrase-env <name>', text.passphraseEnv)
    .option('--region <name>', text.region)
    .option('--key-id <id>', text.keyId)
    .addOption(command.createOption('--scheme <name>', text.scheme).choices(SCHEME_CHOICES))
    .addOption(command.createOption('--data-keys <how>', text.dataKeys).choices(DATA_KEYS_CHOICES))
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((options) => init(terminal, options))
}

async function init(terminal: Terminal, { yes = false, json = false, ...flags }: InitOptions): Promise<void> {
  const { isUseCaseName } = await import('@parasol/core')
  const asks = !yes && canAsk(terminal)
  if (!flags.useCase.every(isUseCaseName)) throw new UsageError(initTexts(terminal).badName)
  const answers = asks
    ? await (await import('../init/ask-settings.js')).askSettings(terminal, flags, isUseCaseName)
    : { settings: settingsOf(flags) }
  check(terminal, answers.settings)
  const { writeProject } = await import('../init/write-project.js')
  const project = await writeProject(terminal, answers)
  print(terminal, { json }, project, () => describe(terminal, project, answers.settings))
}

function check(terminal: Terminal, { kms, keyId, passphraseEnv = 'ANY' }: InitSettings): void {
  const text = initTexts(terminal)
  if (kms === 'local' && !/^alias\/[\w./-]+$/.test(keyId)) throw new UsageError(text.badAlias)
  if (!/^[A-Za-z_]\w*$/.test(passphraseEnv)) throw new UsageError(text.badEnv)
}

function describe(terminal: Terminal, project: Project, { passphraseEnv }: InitSettings): string {
  const text = initTexts(terminal)
  const { config, store, keyFile, useCases } = project
  const done =
    store === undefined ? text.doneAliyun(config) : text.doneLocal(config, store, keyFile ?? `$${passphraseEnv}`)
  const set = passphraseEnv === undefined || terminal.env[passphraseEnv] ? '' : text.setEnv(passphraseEnv)
  return `${done}${set}${text.next(useCases[0] as string)}`
}

function addUseCase(name: string, former: readonly string[]): readonly string[] {
  return [...new Set([...former, name])]
}

const EXAMPLES = [
  'parasol init',
  'parasol init --yes --use-case customer.phone --use-case customer.idCard',
  'parasol init --yes --kms aliyun --region cn-shanghai --key-id alias/customers',
]
