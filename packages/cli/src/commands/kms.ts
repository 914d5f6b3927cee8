import type { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { commandGroup } from '../command-group.js'
import type { Terminal } from '../terminal.js'
import { accessCommand } from './kms/access.js'
import { archiveCommand } from './kms/archive.js'
import { auditCommand } from './kms/audit.js'
import { backupCommand } from './kms/backup.js'
import { drillCommand } from './kms/drill.js'
import { keysCommand } from './kms/keys.js'
import { rekeyCommand } from './kms/rekey.js'
import { restoreCommand } from './kms/restore.js'
import { serveCommand } from './kms/serve.js'

const group = [
  serveCommand,
  keysCommand,
  accessCommand,
  backupCommand,
  restoreCommand,
  drillCommand,
  archiveCommand,
  rekeyCommand,
  auditCommand,
]

/** The local KMS: its keys through their whole life. */
export function kmsCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'kms', description: texts(terminal).description }, group)
}

const texts = catalogue(
  { description: 'serve, keep and back up the keys of the local KMS' },
  { description: '本地 KMS：提供服务，管理和备份其密钥' },
)
