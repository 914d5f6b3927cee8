import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { commandGroup } from '../../command-group.js'
import type { Terminal } from '../../terminal.js'
import { auditSearchCommand } from './audit-search.js'
import { auditVerifyCommand } from './audit-verify.js'

export function auditCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'audit', description: texts(terminal).description }, [
    auditVerifyCommand,
    auditSearchCommand,
  ])
}

const texts = catalogue(
  { description: 'check and search the audit log of a store' },
  { description: '检查和查找存储的审计日志' },
)
