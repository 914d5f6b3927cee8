import type { CallOptions, KeyAdministration } from '@parasol/core'
import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { changeKey } from './administer.js'
import { addKeyOptions, type KeyOptions } from './key-options.js'

/** What is done to a key by naming it. */
const changes = {
  rotate: (keys, key, call) => keys.rotate(key, call),
  enable: (keys, key, call) => keys.enable(key, call),
  disable: (keys, key, call) => keys.disable(key, call),
  'cancel-deletion': (keys, key, call) => keys.cancelDeletion(key, call),
  protect: (keys, key, call) => keys.setProtection(key, true, call),
  unprotect: (keys, key, call) => keys.setProtection(key, false, call),
} as const satisfies Record<string, (keys: KeyAdministration, key: string, call: CallOptions) => Promise<void>>

type Change = keyof typeof changes

export const changeCommands: readonly ((terminal: Terminal) => Command)[] = (Object.keys(changes) as Change[]).map(
  (name) => (terminal) => changeCommand(terminal, name),
)

function changeCommand(terminal: Terminal, name: Change): Command {
  const text = texts(terminal)
  const command = new Command(name).description(text[name]).argument('<key>', text.key)
  return addKeyOptions(command, terminal)
    .addHelpText('after', examples(terminal, [`parasol kms keys ${name} alias/app`]))
    .action((key: string, options: KeyOptions) =>
      changeKey(terminal, options, key, (keys, call) => changes[name](keys, key, call)),
    )
}

const texts = catalogue(
  {
    rotate: 'make a new version of a key, which encrypts from then on; the old ones go on decrypting',
    enable: 'let a key be used again',
    disable: 'let a key neither encrypt nor decrypt until it is enabled',
    'cancel-deletion': 'keep a key that waits for its deletion, enabled',
    protect: 'let the deletion of a key not be scheduled until it is unprotected',
    unprotect: 'let the deletion of a key be scheduled again',
    key: 'an id, alias or ARN',
  },
  {
    rotate: '生成密钥的新版本，此后由它加密；旧版本仍可解密',
    enable: '重新启用密钥',
    disable: '停用密钥：启用之前既不能加密也不能解密',
    'cancel-deletion': '保留等待删除的密钥，并启用它',
    protect: '开启删除保护：解除之前不能计划删除该密钥',
    unprotect: '解除删除保护',
    key: '标识、别名或 ARN',
  },
)
