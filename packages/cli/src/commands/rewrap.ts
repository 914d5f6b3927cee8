import { Command } from 'commander'
import { interrupted } from '../interrupted.js'
import { addContextOptions, type ContextOptions, contextOf, withCipher } from '../options.js'
import { readTextInput } from '../text-input.js'
import { UsageError } from '../usage-error.js'

interface RewrapOptions extends ContextOptions {
  readonly in?: string
  readonly scheme?: string
  readonly json?: boolean
}

const EXAMPLES = `
Examples:
  $ parasol rewrap -u customer.phone -c customerId=7 enc1.envelope.…
  $ parasol rewrap -u customer.scan -c customerId=7 --in scan.pdf.enc

Safe to repeat: what was renewed already is renewed once more, and decrypts to the same.
`

/** After a rotation: a token to a token on the standard output, or a file in its place. */
export function rewrapCommand(): Command {
  const command = new Command('rewrap')
    .description(
      "renew the wrapped key of a token or a file under its KMS key's newest version; the data is not touched",
    )
    .argument('[token]', 'the token; or from a pipe')
  return addContextOptions(command)
    .option('-i, --in <file>', 'an encrypted file to renew in its place, whole or not at all')
    .option('--scheme <name>', 'the scheme that made the file, if it is one of the "reads" of the use case')
    .option('--json', 'for programs')
    .addHelpText('after', EXAMPLES)
    .action(rewrap)
}

async function rewrap(argument: string | undefined, options: RewrapOptions): Promise<void> {
  const { in: path, json = false } = options
  if (path !== undefined && argument !== undefined) throw new UsageError('Expected a token or --in, not both')
  if (path !== undefined) {
    await rewrapInPlace(path, options)
    if (json) process.stdout.write(`${JSON.stringify({ file: path })}\n`)
    return
  }
  const token = await rewrapToken(argument, options)
  process.stdout.write(`${json ? JSON.stringify({ token }) : token}\n`)
}

async function rewrapToken(argument: string | undefined, options: RewrapOptions): Promise<string> {
  const context = contextOf(options)
  if (options.scheme !== undefined) throw new UsageError('--scheme goes with --in: a token names its scheme itself')
  const token = await readTextInput(argument)
  return withCipher(options, (cipher) => cipher.rewrap(token, context, { signal: interrupted }))
}

async function rewrapInPlace(path: string, options: RewrapOptions): Promise<void> {
  const context = contextOf(options)
  const { rewrapFile } = await import('@parasol/core/files')
  const scheme = options.scheme === undefined ? {} : { scheme: options.scheme }
  await withCipher(options, (cipher) => rewrapFile(cipher, path, context, { signal: interrupted, ...scheme }))
}
