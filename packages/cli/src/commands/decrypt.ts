import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { convertFile } from '../convert-file.js'
import { examples } from '../examples.js'
import { addCipherOptions, addJsonOption, type CipherOptions, contextOf, filesOf, withCipher } from '../options.js'
import { print } from '../print.js'
import type { Terminal } from '../terminal.js'
import { readTextInput } from '../text-input.js'

interface DecryptOptions extends CipherOptions {
  readonly scheme?: string
}

/** A token to text on the standard output, or a file to a file. */
export function decryptCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('decrypt')
    .description(text.description)
    .argument('[token]', text.argument)
    .option('--scheme <name>', text.scheme)
  return addJsonOption(addCipherOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((argument, options) => decrypt(terminal, argument, options))
}

async function decrypt(terminal: Terminal, argument: string | undefined, options: DecryptOptions): Promise<void> {
  const context = contextOf(terminal, options)
  const files = filesOf(terminal, options, argument)
  const scheme = options.scheme === undefined ? {} : { scheme: options.scheme }
  if (files && Object.values(files).includes('-')) {
    const { signal } = terminal
    const { convertStream, PIPE } = await import('../convert-stream.js')
    // A file is withheld until it is whole; what a pipe was given cannot be taken back.
    const method = files.target === PIPE ? 'decryptStream' : 'decryptUnverified'
    const { ofItsScheme } = await import('../of-its-scheme.js')
    return withCipher(terminal, options, (cipher) =>
      convertStream(terminal, files, options, (chunks) =>
        ofItsScheme(cipher, chunks, options.scheme, (all, scheme) => cipher[method](all, context, { signal, scheme })),
      ),
    )
  }
  if (files) {
    const { decryptFile } = await import('@parasol/core/files')
    await withCipher(terminal, options, (cipher) =>
      convertFile(terminal, files, options, (settings) =>
        decryptFile(cipher, files.source, files.target, context, { ...settings, ...scheme }),
      ),
    )
    return
  }
  const token = await readTextInput(terminal, argument)
  const { signal } = terminal
  const text = await withCipher(terminal, options, (cipher) => cipher.decrypt(token, context, { signal }))
  print(terminal, options, { text }, () => (terminal.stdout.isTTY ? `${text}\n` : text))
}

const EXAMPLES = [
  'parasol decrypt -u customer.phone -c customerId=7 enc1.envelope.…',
  'parasol decrypt -u customer.scan -c customerId=7 --in scan.pdf.enc --out scan.pdf',
  'parasol decrypt -u customer.scan -c customerId=7 --in photos.tar.enc --out - | tar x',
]

const texts = catalogue(
  {
    description: 'decrypt a token to text, or a file to a file',
    argument: 'the token; or from a pipe',
    scheme: 'the scheme that made the file; by default that as which it begins',
  },
  {
    description: '把令牌解密为文字，或把文件解密为文件',
    argument: '令牌；也可从管道输入',
    scheme: '加密该文件的方案；默认由文件开头判断',
  },
)
