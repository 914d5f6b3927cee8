import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import type { Terminal } from '../../terminal.js'
import { auditSearchCommand } from './audit-search.js'
import { auditVerifyCommand } from './audit-verify.js'

export function auditCommand(terminal: Terminal): Command {
  const group = new Command('audit').description(texts(terminal).description)
  for (const command of [auditVerifyCommand, auditSearchCommand]) group.addCommand(command(terminal))
  return group
}

const texts = catalogue(
  { description: 'check and search the audit log of a store' },
  { description: '检查和查找存储的审计日志' },
)
