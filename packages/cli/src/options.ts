import type { Cipher, EncryptionContext } from '@parasol/core'
import type { Command } from 'commander'
import { UsageError } from './usage-error.js'

/** What every command that uses keys has to know. */
export interface ContextOptions {
  readonly config?: string
  readonly useCase: string
  readonly context?: EncryptionContext
  readonly withoutContext?: boolean
}

/** What encrypting and decrypting have in common. */
export interface CipherOptions extends ContextOptions {
  readonly in?: string
  readonly out?: string
  readonly force?: boolean
}

/** @throws CryptoError for a use case that the configuration lacks */
export async function withCipher<T>(options: ContextOptions, work: (cipher: Cipher) => Promise<T>): Promise<T> {
  const { openCrypto } = await import('@parasol/config')
  await using crypto = await openCrypto(options.config)
  return await work(crypto.router.for(options.useCase))
}

export function addContextOptions(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration; by default that in PARASOL_CONFIG, else parasol.yaml here')
    .requiredOption('-u, --use-case <name>', 'what the data is for: a use case of the configuration')
    .option('-c, --context <key=value>', 'a fact that is bound to the data, such as customerId=7; repeatable', addFact)
    .option('--without-context', 'for data that can be told apart by nothing')
}

export function addCipherOptions(command: Command): Command {
  return addContextOptions(command)
    .option('-i, --in <file>', 'a file to read, of any size, in place of text')
    .option('-o, --out <file>', 'the file to write; needed with --in')
    .option('-f, --force', 'replace the file to write if it exists')
}

/** The context is never left out by mistake. @throws UsageError */
export function contextOf({ context, withoutContext = false }: ContextOptions): EncryptionContext {
  if ((context === undefined) === withoutContext) return context ?? {}
  throw new UsageError('Say what the data is bound to, such as --context customerId=7, or else --without-context')
}

/** Which files, if it is files. @throws UsageError if one of the two is missing, or there is text as well */
export function filesOf(
  options: CipherOptions,
  text: string | undefined,
): { source: string; target: string } | undefined {
  const { in: source, out: target } = options
  if (source === undefined && target === undefined) return undefined
  if (source === undefined || target === undefined) throw new UsageError('--in and --out go together')
  if (text !== undefined) throw new UsageError('Expected text or --in, not both')
  return { source, target }
}

/** Commander's own error would repeat the argument, which may be a value that came to the wrong place. */
function addFact(fact: string, former: EncryptionContext | undefined): EncryptionContext {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(fact) ?? []
  if (key === undefined || value === undefined) throw new UsageError('Expected --context key=value')
  if (former && Object.hasOwn(former, key)) throw new UsageError(`Context key ${JSON.stringify(key)} was given twice`)
  return { ...former, [key]: value }
}
