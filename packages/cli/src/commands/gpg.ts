import type { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { commandGroup } from '../command-group.js'
import type { Terminal } from '../terminal.js'
import { contactCommand } from './gpg/contact.js'
import { decryptCommand } from './gpg/decrypt.js'
import { deleteCommand } from './gpg/delete.js'
import { encryptCommand } from './gpg/encrypt.js'
import { exportCommand } from './gpg/export.js'
import { extendCommand } from './gpg/extend.js'
import { generateCommand } from './gpg/generate.js'
import { importCommand } from './gpg/import.js'
import { listCommand } from './gpg/list.js'
import { passwdCommand } from './gpg/passwd.js'
import { revocationCommand } from './gpg/revocation.js'
import { revokeCommand } from './gpg/revoke.js'
import { rotateCommand } from './gpg/rotate.js'
import { sealCommand, unsealCommand } from './gpg/seal.js'
import { showCommand } from './gpg/show.js'
import { signCommand } from './gpg/sign.js'
import { subkeyCommand } from './gpg/subkey.js'
import { uidCommand } from './gpg/uid.js'
import { verifyCommand } from './gpg/verify.js'
import { wkdCommand } from './gpg/wkd.js'

const COMMANDS = [
  generateCommand,
  importCommand,
  exportCommand,
  deleteCommand,
  listCommand,
  showCommand,
  contactCommand,
  encryptCommand,
  decryptCommand,
  signCommand,
  verifyCommand,
  extendCommand,
  rotateCommand,
  uidCommand,
  subkeyCommand,
  revokeCommand,
  revocationCommand,
  passwdCommand,
  sealCommand,
  unsealCommand,
  wkdCommand,
]

/** OpenPGP keys, and files exchanged with those who have gpg. */
export function gpgCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'gpg', description: texts(terminal).description }, COMMANDS)
}

const texts = catalogue(
  { description: 'keep OpenPGP keys and contacts, and exchange files with those who have gpg' },
  { description: '管理 OpenPGP 密钥和联系人，与使用 gpg 的人交换文件' },
)
