import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import type { Terminal } from '../../terminal.js'
import { changeCommand } from './change-key.js'
import { parseExpiry } from './expiry.js'
import type { PassphraseOptions } from './ring-options.js'

export function extendCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  return changeCommand<PassphraseOptions & { readonly expires: string }>(terminal, {
    name: 'extend',
    description: text.description,
    lines: ['parasol gpg extend 0123456789ABCDEF0123456789ABCDEF01234567 --expires 2y'],
    addOptions: (command) => command.requiredOption('--expires <time>', text.expires),
    change: (keeper, fingerprint, { expires }) => keeper.extend(fingerprint, parseExpiry(terminal, expires)),
  })
}

const texts = catalogue(
  {
    description: 'let a key and its subkeys expire at another time; what it signed stays valid',
    expires: '90d, 2y, 2030-01-31 or never, from now on',
  },
  {
    description: '更改密钥及其子密钥的过期时间；已有的签名仍有效',
    expires: '从现在起 90d、2y、2030-01-31 或 never（永不）',
  },
)
