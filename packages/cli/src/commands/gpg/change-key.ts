import type { KeyKeeper } from '@parasol/backend-gpg'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addPassphraseOptions, openKeeper, type PassphraseOptions } from './ring-options.js'

/** A command that changes one secret key of the ring. */
export interface KeyChange<Options> {
  readonly name: string
  readonly description: string
  readonly lines: readonly string[]
  addOptions?(command: Command): Command
  change(keeper: KeyKeeper, fingerprint: string, options: Options): Promise<void>
}

export function changeCommand<Options extends PassphraseOptions>(
  terminal: Terminal,
  { name, description, lines, addOptions, change }: KeyChange<Options>,
): Command {
  const command = new Command(name).description(description).argument('<fingerprint>', texts(terminal).fingerprint)
  return addPassphraseOptions(addOptions?.(command) ?? command, terminal)
    .addHelpText('after', examples(terminal, lines, texts(terminal).after))
    .action(async (fingerprint: string, options: Options) => {
      const { parseFingerprint } = await import('@parasol/backend-gpg')
      const digits = parseFingerprint(fingerprint)
      await change(await openKeeper(terminal, options), digits, options)
      print(terminal, options, { fingerprint: digits }, () => '')
    })
}

const texts = catalogue(
  {
    fingerprint: 'the full fingerprint of the key',
    after: 'Send partners the key anew: parasol gpg export FINGERPRINT',
  },
  { fingerprint: '密钥的完整指纹', after: '请把密钥重新发给伙伴：parasol gpg export 指纹' },
)
