import type { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { commandGroup } from '../command-group.js'
import type { Terminal } from '../terminal.js'
import { decryptRecordsCommand } from './records/decrypt.js'
import { encryptRecordsCommand } from './records/encrypt.js'
import { rewrapRecordsCommand } from './records/rewrap.js'

/** What is done to the rows of files. */
export function recordsCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'records', description: texts(terminal).description }, [
    encryptRecordsCommand,
    decryptRecordsCommand,
    rewrapRecordsCommand,
  ])
}

const texts = catalogue(
  { description: 'encrypt and decrypt fields of CSV, NDJSON and JSON, of any size' },
  { description: '加密和解密 CSV、NDJSON 和 JSON 中的字段，大小不限' },
)
