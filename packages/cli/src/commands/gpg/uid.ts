import type { KeyKeeper } from '@parasol/backend-gpg'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { commandGroup } from '../../command-group.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addPassphraseOptions, openKeeper, type PassphraseOptions } from './ring-options.js'

/** What a key is called. */
export function uidCommand(terminal: Terminal): Command {
  const { description, add, revoke, primary } = texts(terminal)
  return commandGroup(terminal, { name: 'uid', description }, [
    changeOfUserId('add', add, (keeper, fingerprint, userId) => keeper.addUserId(fingerprint, userId)),
    changeOfUserId('revoke', revoke, (keeper, fingerprint, userId) => keeper.revokeUserId(fingerprint, userId)),
    changeOfUserId('primary', primary, (keeper, fingerprint, userId) => keeper.setPrimaryUserId(fingerprint, userId)),
  ])
}

type Change = (keeper: KeyKeeper, fingerprint: string, userId: string) => Promise<void>

const changeOfUserId = (name: string, description: string, change: Change) => (terminal: Terminal) => {
  const text = texts(terminal)
  const command = new Command(name)
    .description(description)
    .argument('<fingerprint>', text.fingerprint)
    .argument('<userid>', text.userId)
  const line = `parasol gpg uid ${name} 0123456789ABCDEF0123456789ABCDEF01234567 'Ops <ops@example.com>'`
  return addPassphraseOptions(command, terminal)
    .addHelpText('after', examples(terminal, [line], text.after))
    .action(async (fingerprint: string, userId: string, options: PassphraseOptions) => {
      const { parseFingerprint } = await import('@parasol/backend-gpg')
      const digits = parseFingerprint(fingerprint)
      await change(await openKeeper(terminal, options), digits, userId)
      print(terminal, options, { fingerprint: digits, userId }, () => '')
    })
}

const texts = catalogue(
  {
    description: 'change what a key is called',
    add: 'give a key one more user id',
    revoke: 'say that a user id of a key no longer counts',
    primary: 'make a user id the main one of its key',
    fingerprint: 'the full fingerprint of the key',
    userId: "the user id, such as 'Ops <ops@example.com>'",
    after: 'Send partners the key anew: parasol gpg export FINGERPRINT',
  },
  {
    description: '更改密钥的用户标识',
    add: '为密钥增加一个用户标识',
    revoke: '声明密钥的某个用户标识不再有效',
    primary: '把某个用户标识设为密钥的主标识',
    fingerprint: '密钥的完整指纹',
    userId: "用户标识，如 'Ops <ops@example.com>'",
    after: '请把密钥重新发给伙伴：parasol gpg export 指纹',
  },
)
