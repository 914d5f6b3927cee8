import type { RecoveryKey } from '@parasol/backend-envelope'
import type { Token } from '@parasol/core'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { addConfigOption, addFactOptions, addJsonOption, type ContextOptions, contextOf } from '../../options.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addKeyOptions, type KeyOptions, openRecoveryKey, recoveryCipher } from './open-key.js'

interface DrillOptions extends KeyOptions, ContextOptions {
  readonly json?: boolean
}

/** Something that was encrypted, and what it was bound to. */
interface Sample {
  readonly token: Token
  readonly purpose: string
  readonly context: Readonly<Record<string, string>>
}

const DRILL_CONTEXT = { parasolDrill: 'recovery' }

/** Proves that an officer's key opens the recovery key, and that this opens what the configuration encrypts now. */
export function drillCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('drill').description(text.description).argument('[token]', text.argument)
  addKeyOptions(addConfigOption(command, terminal).requiredOption('-u, --use-case <name>', text.useCase), terminal)
  return addJsonOption(addFactOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((argument, options) => drill(terminal, argument, options))
}

async function drill(terminal: Terminal, argument: string | undefined, options: DrillOptions): Promise<void> {
  const sample = await (argument === undefined
    ? newSample(terminal, options)
    : storedSample(terminal, argument, options))
  const { recoveryKey, officer } = await openRecoveryKey(terminal, options)
  using _ = recoveryKey
  const wrappedFor = await wrappingsOf(terminal, sample, recoveryKey)
  const bytes = await openSample(sample, recoveryKey)
  const made = argument === undefined ? 'now' : 'before'
  const facts = {
    opened: true,
    recoveryKey: recoveryKey.id,
    officer,
    useCase: options.useCase,
    wrappedFor,
    made,
    bytes,
  }
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

/** As the program would encrypt it: by the KMS, for the recipients of the configuration. */
async function newSample(terminal: Terminal, options: DrillOptions): Promise<Sample> {
  const { loadConfig, openConfig } = await import('@parasol/config')
  const { randomUUID } = await import('node:crypto')
  const config = await loadConfig(options.config, { env: terminal.env })
  await using crypto = await openConfig(config)
  const cipher = crypto.router.for(options.useCase)
  const token = await cipher.encrypt(randomUUID(), DRILL_CONTEXT, { signal: terminal.signal })
  return { token, purpose: config.useCases[options.useCase]?.purpose ?? options.useCase, context: DRILL_CONTEXT }
}

async function storedSample(terminal: Terminal, token: Token, options: DrillOptions): Promise<Sample> {
  const { loadConfig } = await import('@parasol/config')
  const { CryptoError } = await import('@parasol/core')
  const { useCases } = await loadConfig(options.config, { env: terminal.env })
  const useCase = Object.hasOwn(useCases, options.useCase) ? useCases[options.useCase] : undefined
  if (!useCase) throw new CryptoError('UNKNOWN_USE_CASE', texts(terminal).noUseCase(Object.keys(useCases).join(', ')))
  return { token, purpose: useCase.purpose ?? options.useCase, context: contextOf(terminal, options) }
}

/** Whom the sample was wrapped for, if the recovery key is among them. */
async function wrappingsOf(terminal: Terminal, { token }: Sample, { id }: RecoveryKey): Promise<readonly string[]> {
  const { CryptoError, parseToken } = await import('@parasol/core')
  const { inspectEnvelope } = await import('@parasol/backend-envelope')
  const names = inspectEnvelope(parseToken(token).ciphertext).wrappedKeys.map(({ keyId }) => keyId)
  if (names.includes(id)) return names
  throw new CryptoError('KEY_NOT_FOUND', texts(terminal).notARecipient(id, names.join(', ')))
}

/** How long the text is: the value itself is nobody's business. */
async function openSample({ token, purpose, context }: Sample, recoveryKey: RecoveryKey): Promise<number> {
  const { parseToken } = await import('@parasol/core')
  const cipher = await recoveryCipher(recoveryKey, parseToken(token).scheme, purpose)
  const opened = await cipher.decryptToken(token, context)
  const { length } = opened
  opened.fill(0)
  return length
}

const EXAMPLES = [
  'parasol recovery drill --message recovery.asc --officer-key li.key -u customer.phone',
  'parasol recovery drill --message recovery.asc --officer-key li.key -u customer.phone -c customerId=7 enc1.envelope.…',
  'gpg --decrypt recovery.asc | parasol recovery drill --key-from-stdin -u customer.phone --json',
]

const texts = catalogue(
  {
    description: "prove that an officer's key opens the recovery key, and that this opens what is encrypted",
    argument: 'a token that was stored, with its context; without it, a value is encrypted now by way of the KMS',
    useCase: 'a use case of the configuration whose scheme is envelope',
    after: 'Ends with 0 if it opens, 4 if not, 5 if the data is not wrapped for this recovery key. It shows no value.',
    noUseCase: (have: string) => `The configuration has no such use case (have: ${have})`,
    notARecipient: (id: string, names: string) =>
      `The data is not wrapped for the recovery key ${id} (it is for: ${names}): add it to "recovery" of the scheme, then rewrap`,
  },
  {
    description: '演练：证明保管人的密钥能打开恢复密钥，且恢复密钥能打开已加密的数据',
    argument: '一个已存储的令牌，须给出其上下文；不给则经 KMS 现场加密一个值',
    useCase: '配置中方案为 envelope 的一个用途',
    after: '能打开则以 0 结束，不能则为 4，数据没有为该恢复密钥包裹则为 5。不显示任何值。',
    noUseCase: (have) => `配置中没有这个用途（现有：${have}）`,
    notARecipient: (id, names) =>
      `数据没有为恢复密钥 ${id} 包裹（已为：${names}）：请加入该方案的 "recovery"，然后 rewrap`,
  },
)
