import type { RevocationReason } from '@parasol/backend-gpg'
import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { changeCommand } from './change-key.js'
import type { PassphraseOptions } from './ring-options.js'

interface RevokeOptions extends PassphraseOptions {
  readonly reason: string
  readonly comment?: string
  readonly subkey?: string
}

export function revokeCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  return changeCommand<RevokeOptions>(terminal, {
    name: 'revoke',
    description: text.description,
    lines: [
      'parasol gpg revoke 0123456789ABCDEF0123456789ABCDEF01234567 --reason retired',
      'parasol gpg revoke 0123456789ABCDEF0123456789ABCDEF01234567 --subkey FEDCBA9876543210FEDCBA9876543210FEDCBA98 --reason compromised',
    ],
    addOptions: (command) =>
      command
        .requiredOption('--reason <reason>', text.reason)
        .option('--comment <text>', text.comment)
        .option('--subkey <fingerprint>', text.subkey),
    change: async (keeper, fingerprint, { reason, comment, subkey }) => {
      const revocation = { reason: await parseReason(terminal, reason), ...(comment === undefined ? {} : { comment }) }
      if (subkey === undefined) await keeper.revoke(fingerprint, revocation)
      else await keeper.revokeSubkey(fingerprint, subkey, revocation)
    },
  })
}

/** @throws UsageError */
export async function parseReason(terminal: Terminal, text: string): Promise<RevocationReason> {
  const { REVOCATION_REASONS } = await import('@parasol/backend-gpg')
  const reason = REVOCATION_REASONS.find((each) => each === text)
  if (reason) return reason
  throw new UsageError(texts(terminal).noReason(REVOCATION_REASONS.join(', ')))
}

const texts = catalogue(
  {
    description: 'end the life of a key, or of one subkey, for ever',
    reason: 'unspecified, superseded, compromised or retired; after compromised nothing that it signed is valid',
    comment: 'for partners: it becomes public with the key',
    subkey: 'the full fingerprint of the subkey, to revoke that alone',
    noReason: (have: string) => `Expected a reason (one of ${have})`,
  },
  {
    description: '永久吊销密钥或其中一个子密钥',
    reason:
      'unspecified（未说明）、superseded（已被取代）、compromised（已泄露）或 retired（已停用）；泄露后其所有签名无效',
    comment: '写给伙伴的说明：随密钥公开',
    subkey: '子密钥的完整指纹，只吊销它',
    noReason: (have) => `需要原因（${have} 之一）`,
  },
)
