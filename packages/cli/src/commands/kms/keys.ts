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
import { rotationCommand } from './keys/rotation.js'
import { scheduleDeletionCommand } from './keys/schedule-deletion.js'
import { tagCommand } from './keys/tag.js'

export function keysCommand(terminal: Terminal): Command {
  const first = [listCommand, describeCommand, createCommand, importCommand, aliasCommand, tagCommand, rotationCommand]
  return commandGroup(terminal, { name: 'keys', description: texts(terminal).description }, [
    ...first,
    ...changeCommands,
    scheduleDeletionCommand,
  ])
}

const texts = catalogue(
  { description: 'list, make, change and destroy the keys of a store that is not served, or of a KMS over HTTP' },
  { description: '列出、生成、更改和销毁密钥：未在提供服务的存储的，或通过 HTTP 的 KMS 的' },
)
