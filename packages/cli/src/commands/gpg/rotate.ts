import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import type { Terminal } from '../../terminal.js'
import { changeCommand } from './change-key.js'
import type { PassphraseOptions } from './ring-options.js'

export function rotateCommand(terminal: Terminal): Command {
  return changeCommand<PassphraseOptions>(terminal, {
    name: 'rotate',
    description: texts(terminal).description,
    lines: ['parasol gpg rotate 0123456789ABCDEF0123456789ABCDEF01234567 --passphrase-env OPS_PASSPHRASE'],
    change: (keeper, fingerprint) => keeper.rotate(fingerprint),
  })
}

const texts = catalogue(
  { description: 'give a key new subkeys; the old ones are revoked as superseded and go on decrypting' },
  { description: '为密钥更换子密钥；旧子密钥以“已被取代”吊销，仍可解密' },
)
