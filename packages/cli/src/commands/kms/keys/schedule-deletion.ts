import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { UsageError } from '../../../usage-error.js'
import { changeKey } from './administer.js'
import { addKeyOptions, type KeyOptions } from './key-options.js'

interface DeletionOptions extends KeyOptions {
  readonly days: string
}

const MIN_DAYS = 7
const MAX_DAYS = 366

export function scheduleDeletionCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('schedule-deletion')
    .description(text.description)
    .argument('<key>', text.key)
    .requiredOption('--days <days>', text.days)
  return addKeyOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((key: string, options: DeletionOptions) => scheduleDeletion(terminal, key, options))
}

async function scheduleDeletion(terminal: Terminal, key: string, options: DeletionOptions): Promise<void> {
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < MIN_DAYS || days > MAX_DAYS) throw new UsageError(texts(terminal).noDays)
  await changeKey(terminal, options, key, (keys, call) => keys.scheduleDeletion(key, days, call))
}

const EXAMPLES = ['parasol kms keys schedule-deletion alias/app --days 30']

const texts = catalogue(
  {
    description: 'destroy a key when some days have passed; until then it is not used, and can be kept',
    key: 'an id, alias or ARN',
    days: `${MIN_DAYS} to ${MAX_DAYS}`,
    noDays: `Expected --days from ${MIN_DAYS} to ${MAX_DAYS}`,
    after:
      'What it encrypted is lost with it. Keep it: parasol kms keys cancel-deletion. Or move it out: parasol kms archive.',
  },
  {
    description: '若干天后销毁密钥；在此之前它不能使用，但可以保留',
    key: '标识、别名或 ARN',
    days: `天数，${MIN_DAYS} 至 ${MAX_DAYS}`,
    noDays: `--days 应为 ${MIN_DAYS} 至 ${MAX_DAYS}`,
    after: '它加密过的内容将随之丢失。要保留它：parasol kms keys cancel-deletion。要移出：parasol kms archive。',
  },
)
