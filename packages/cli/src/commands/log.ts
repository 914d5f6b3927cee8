import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import type { Terminal } from '../terminal.js'
import { exportCommand } from './log/export.js'
import { findCommand } from './log/find.js'
import { restoreCommand } from './log/restore.js'
import { verifyCommand } from './log/verify.js'

/** The logs of the service, while it runs or not. */
export function logCommand(terminal: Terminal): Command {
  const group = new Command('log').description(texts(terminal).description)
  for (const command of [verifyCommand, findCommand, restoreCommand, exportCommand]) group.addCommand(command(terminal))
  return group
}

const texts = catalogue(
  { description: 'check, search and export the logs of the service, and restore what was lost' },
  { description: '检查、查找和导出服务的日志，恢复丢失的数据' },
)
