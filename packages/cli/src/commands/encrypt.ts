import { Command } from 'commander'
import { interrupted } from '../interrupted.js'
import { addCipherOptions, type CipherOptions, contextOf, filesOf, withCipher } from '../options.js'
import { readTextInput } from '../text-input.js'

const EXAMPLES = `
Examples:
  $ parasol encrypt -u customer.phone -c customerId=7 13800138000
  $ printf 13800138000 | parasol encrypt -u customer.phone -c customerId=7
  $ parasol encrypt -u customer.scan -c customerId=7 --in scan.pdf --out scan.pdf.enc
`

/** Text to a token on the standard output, or a file to a file. */
export function encryptCommand(): Command {
  const command = new Command('encrypt')
    .description('encrypt text to a token, or a file to a file')
    .argument('[text]', 'the text; better from a pipe, for other users see the command line')
    .addHelpText('after', EXAMPLES)
  return addCipherOptions(command).action(encrypt)
}

async function encrypt(argument: string | undefined, options: CipherOptions): Promise<void> {
  const context = contextOf(options)
  const files = filesOf(options, argument)
  if (!files) {
    const text = await readTextInput(argument)
    const token = await withCipher(options, (cipher) => cipher.encrypt(text, context, { signal: interrupted }))
    process.stdout.write(`${token}\n`)
    return
  }
  const { encryptFile } = await import('@parasol/core/files')
  const settings = { signal: interrupted, overwrite: options.force ?? false }
  await withCipher(options, (cipher) => encryptFile(cipher, files.source, files.target, context, settings))
}
