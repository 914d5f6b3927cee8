import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { convertFile } from '../convert-file.js'
import { examples } from '../examples.js'
import { addCipherOptions, addJsonOption, type CipherOptions, contextOf, filesOf, withCipher } from '../options.js'
import { print } from '../print.js'
import type { Terminal } from '../terminal.js'
import { readTextInput } from '../text-input.js'

/** Text to a token on the standard output, or a file to a file. */
export function encryptCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('encrypt').description(text.description).argument('[text]', text.argument)
  return addJsonOption(addCipherOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((argument, options) => encrypt(terminal, argument, options))
}

async function encrypt(terminal: Terminal, argument: string | undefined, options: CipherOptions): Promise<void> {
  const context = contextOf(terminal, options)
  const files = filesOf(terminal, options, argument)
  if (files && Object.values(files).includes('-')) {
    const { convertStream } = await import('../convert-stream.js')
    const { signal } = terminal
    return withCipher(terminal, options, (cipher) =>
      convertStream(terminal, files, options, (chunks) => cipher.encryptStream(chunks, context, { signal })),
    )
  }
  if (files) {
    const { encryptFile } = await import('@parasol/core/files')
    await withCipher(terminal, options, (cipher) =>
      convertFile(terminal, files, options, (settings) =>
        encryptFile(cipher, files.source, files.target, context, settings),
      ),
    )
    return
  }
  const text = await readTextInput(terminal, argument)
  const { signal } = terminal
  const token = await withCipher(terminal, options, (cipher) => cipher.encrypt(text, context, { signal }))
  print(terminal, options, { token }, () => `${token}\n`)
}

const EXAMPLES = [
  'parasol encrypt -u customer.phone -c customerId=7 13800138000',
  'printf 13800138000 | parasol encrypt -u customer.phone -c customerId=7',
  'parasol encrypt -u customer.scan -c customerId=7 --in scan.pdf --out scan.pdf.enc',
  'tar c photos | parasol encrypt -u customer.scan -c customerId=7 --in - --out photos.tar.enc',
]

const texts = catalogue(
  {
    description: 'encrypt text to a token, or a file to a file',
    argument: 'the text; better from a pipe, for other users see the command line',
  },
  {
    description: '把文字加密为令牌，或把文件加密为文件',
    argument: '文字；最好从管道输入，因为其他用户看得见命令行',
  },
)
