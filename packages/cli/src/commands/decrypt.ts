import { Command } from 'commander'
import { interrupted } from '../interrupted.js'
import { addCipherOptions, type CipherOptions, contextOf, filesOf, withCipher } from '../options.js'
import { readTextInput } from '../text-input.js'

interface DecryptOptions extends CipherOptions {
  readonly scheme?: string
}

const EXAMPLES = `
Examples:
  $ parasol decrypt -u customer.phone -c customerId=7 enc1.envelope.…
  $ parasol decrypt -u customer.scan -c customerId=7 --in scan.pdf.enc --out scan.pdf
`

/** A token to text on the standard output, or a file to a file. */
export function decryptCommand(): Command {
  const command = new Command('decrypt')
    .description('decrypt a token to text, or a file to a file')
    .argument('[token]', 'the token; or from a pipe')
    .option('--scheme <name>', 'the scheme that made the file, if it is one of the "reads" of the use case')
    .addHelpText('after', EXAMPLES)
  return addCipherOptions(command).action(decrypt)
}

async function decrypt(argument: string | undefined, options: DecryptOptions): Promise<void> {
  const context = contextOf(options)
  const files = filesOf(options, argument)
  if (!files) {
    const token = await readTextInput(argument)
    const text = await withCipher(options, (cipher) => cipher.decrypt(token, context, { signal: interrupted }))
    process.stdout.write(process.stdout.isTTY ? `${text}\n` : text)
    return
  }
  const { decryptFile } = await import('@parasol/core/files')
  const scheme = options.scheme === undefined ? {} : { scheme: options.scheme }
  const settings = { signal: interrupted, overwrite: options.force ?? false, ...scheme }
  await withCipher(options, (cipher) => decryptFile(cipher, files.source, files.target, context, settings))
}
