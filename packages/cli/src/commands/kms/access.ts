import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { commandGroup } from '../../command-group.js'
import type { Terminal } from '../../terminal.js'
import { grantCommand } from './access/grant.js'
import { listCommand } from './access/list.js'
import { revokeCommand } from './access/revoke.js'
import { roleCommand } from './access/role.js'

export function accessCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'access', description: texts(terminal).description }, [
    listCommand,
    grantCommand,
    roleCommand,
    revokeCommand,
  ])
}

const texts = catalogue(
  { description: 'access keys, users and roles, and what they may do, while the store is not served' },
  { description: '访问密钥、用户、角色及其权限（存储未在提供服务时）' },
)
