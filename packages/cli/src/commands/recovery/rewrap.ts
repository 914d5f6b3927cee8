import type { Cipher } from '@parasol/core'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { addContextOptions, addJsonOption, type ContextOptions, contextOf } from '../../options.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { readTextInput } from '../../text-input.js'
import { UsageError } from '../../usage-error.js'
import { addKeyOptions, type KeyOptions, openRecoveryKey } from './open-key.js'

interface RewrapOptions extends KeyOptions, ContextOptions {
  readonly in?: string
  readonly json?: boolean
}

/** Moves data whose KMS is gone to the one that the configuration has now. */
export function rewrapCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('rewrap').description(text.description).argument('[token]', text.argument)
  addKeyOptions(addContextOptions(command, terminal), terminal).option('-i, --in <file>', text.in)
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((argument, options) => rewrap(terminal, argument, options))
}

async function rewrap(terminal: Terminal, argument: string | undefined, options: RewrapOptions): Promise<void> {
  const context = contextOf(terminal, options)
  const { in: path, keyFromStdin = false } = options
  if (path !== undefined && argument !== undefined) throw new UsageError(texts(terminal).tokenAndFile)
  if (path === undefined && argument === undefined && keyFromStdin) throw new UsageError(texts(terminal).pipeTaken)
  const token = path === undefined ? await readTextInput(terminal, argument) : ''
  const signal = { signal: terminal.signal }
  await withRecoveredCipher(terminal, options, async (cipher) => {
    if (path === undefined) {
      const renewed = await cipher.rewrap(token, context, signal)
      return print(terminal, options, { token: renewed }, () => `${renewed}\n`)
    }
    const { rewrapFile } = await import('@parasol/core/files')
    await rewrapFile(cipher, path, context, signal)
    print(terminal, options, { file: path }, () => '')
  })
}

/** The use case, with its scheme opened by the recovery key. */
async function withRecoveredCipher(
  terminal: Terminal,
  options: RewrapOptions,
  work: (cipher: Cipher) => Promise<void>,
): Promise<void> {
  const { loadConfig, openConfig } = await import('@parasol/config')
  const { CryptoError, createCrypto } = await import('@parasol/core')
  const { EnvelopeProvider } = await import('@parasol/backend-envelope')
  const config = await loadConfig(options.config, { env: terminal.env })
  await using crypto = await openConfig(config)
  const { scheme, useCase: name } = crypto.router.for(options.useCase)
  const provider = crypto.provider(scheme)
  if (!(provider instanceof EnvelopeProvider)) throw new CryptoError('UNSUPPORTED', texts(terminal).notEnvelope(scheme))
  const { recoveryKey } = await openRecoveryKey(terminal, options)
  using _ = recoveryKey
  using opened = provider.openedBy(recoveryKey)
  const purpose = config.useCases[name]?.purpose ?? name
  await work(createCrypto([opened], { recovery: { scheme, purpose } }).for('recovery'))
}

const EXAMPLES = [
  'parasol recovery rewrap --message recovery.asc --officer-key li.key -u customer.phone -c customerId=7 enc1.envelope.…',
  'parasol recovery rewrap --message recovery.asc --officer-key li.key -u customer.scan -c customerId=7 --in scan.pdf.enc',
]

const texts = catalogue(
  {
    description:
      'move a token or a file whose KMS is gone to the KMS that the configuration has now, by the recovery key',
    argument: 'the token; or from a pipe',
    in: 'an encrypted file to renew in its place, whole or not at all',
    note: 'The data is not touched and not shown. Safe to repeat.',
    tokenAndFile: 'Expected a token or --in, not both',
    pipeTaken: 'The pipe brings the recovery key, so the token has to be an argument, or --in a file',
    notEnvelope: (scheme: string) => `Scheme "${scheme}" has no data keys that a recovery key could open`,
  },
  {
    description: '用恢复密钥把 KMS 已失去的令牌或文件转到配置中现在的 KMS',
    argument: '令牌；也可从管道输入',
    in: '要就地更新的加密文件；要么全部更新，要么保持原样',
    note: '不改动也不显示数据。可以重复执行。',
    tokenAndFile: '令牌与 --in 只能给一个',
    pipeTaken: '管道已用于恢复密钥，令牌须作为参数给出，或用 --in 给出文件',
    notEnvelope: (scheme) => `方案 "${scheme}" 没有恢复密钥可打开的数据密钥`,
  },
)
