import type { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { commandGroup } from '../command-group.js'
import type { Terminal } from '../terminal.js'
import { exportCommand } from './log/export.js'
import { findCommand } from './log/find.js'
import { restoreCommand } from './log/restore.js'
import { verifyCommand } from './log/verify.js'

/** The logs of the service, while it runs or not. */
export function logCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'log', description: texts(terminal).description }, [
    verifyCommand,
    findCommand,
    restoreCommand,
    exportCommand,
  ])
}

const texts = catalogue(
  { description: 'check, search and export the logs of the service, and restore what was lost' },
  { description: '检查、查找和导出服务的日志，恢复丢失的数据' },
)
