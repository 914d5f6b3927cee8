import type { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { commandGroup } from '../command-group.js'
import type { Terminal } from '../terminal.js'
import { decryptCommand } from './recovery/decrypt.js'
import { drillCommand } from './recovery/drill.js'
import { initCommand } from './recovery/init.js'
import { rewrapCommand } from './recovery/rewrap.js'

/** The key that opens what the KMS cannot any more. */
export function recoveryCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'recovery', description: texts(terminal).description }, [
    initCommand,
    drillCommand,
    decryptCommand,
    rewrapCommand,
  ])
}

const texts = catalogue(
  { description: 'make a recovery key for officers to keep, prove that it opens, and decrypt by it without the KMS' },
  { description: '为保管人制作恢复密钥，演练其可用，并在没有 KMS 时用它解密' },
)
