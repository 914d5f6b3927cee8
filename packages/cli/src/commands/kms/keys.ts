import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { commandGroup } from '../../command-group.js'
import type { Terminal } from '../../terminal.js'
import { aliasCommand } from './keys/alias.js'
import { changeCommands } from './keys/change.js'
import { createCommand } from './keys/create.js'
import { describeCommand } from './keys/describe.js'
import { importCommand } from './keys/import.js'
import { listCommand } from './keys/list.js'
import { scheduleDeletionCommand } from './keys/schedule-deletion.js'

export function keysCommand(terminal: Terminal): Command {
  const first = [listCommand, describeCommand, createCommand, importCommand, aliasCommand]
  return commandGroup(terminal, { name: 'keys', description: texts(terminal).description }, [
    ...first,
    ...changeCommands,
    scheduleDeletionCommand,
  ])
}

const texts = catalogue(
  { description: 'list, make, change and destroy keys, while the store is not served' },
  { description: '列出、生成、更改和销毁密钥（存储未在提供服务时）' },
)
