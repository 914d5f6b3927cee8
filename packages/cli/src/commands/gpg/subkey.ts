import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { commandGroup } from '../../command-group.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { changeCommand } from './change-key.js'
import type { PassphraseOptions } from './ring-options.js'

const PURPOSES = ['sign', 'encrypt'] as const

/** The parts of a key that work every day. */
export function subkeyCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'subkey', description: texts(terminal).description }, [addCommand])
}

function addCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  return changeCommand<PassphraseOptions & { readonly for: string }>(terminal, {
    name: 'add',
    description: text.add,
    lines: ['parasol gpg subkey add 0123456789ABCDEF0123456789ABCDEF01234567 --for sign'],
    addOptions: (command) => command.requiredOption('--for <purpose>', text.purpose),
    change: (keeper, fingerprint, options) => {
      const purpose = PURPOSES.find((each) => each === options.for)
      if (!purpose) throw new UsageError(text.noPurpose)
      return keeper.addSubkey(fingerprint, purpose)
    },
  })
}

const texts = catalogue(
  {
    description: 'change the parts of a key that work every day; rotate replaces all, revoke --subkey ends one',
    add: 'give a key one more subkey, which expires with it',
    purpose: 'what it is for: sign or encrypt',
    noPurpose: 'Expected --for sign or --for encrypt',
  },
  {
    description: '更改密钥日常使用的部分；rotate 全部更换，revoke --subkey 吊销其一',
    add: '为密钥增加一个子密钥，与密钥一同过期',
    purpose: '用途：sign（签名）或 encrypt（加密）',
    noPurpose: '--for 应为 sign 或 encrypt',
  },
)
