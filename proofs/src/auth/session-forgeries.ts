import type { KeyService } from '@parasol/kms-local'
import { formatRequest, type Signer, signed } from '../kms-requests.js'
import type { Random } from '../random.js'

const ACTION = { Action: 'GenerateDataKey', KeyId: 'alias/proof', NumberOfBytes: '32' }

interface Session extends Signer {
  readonly token: string
}

export type SessionForgery = (random: Random) => string

/** Requests of somebody who has sessions, all signed by their right secrets, with a token that is not theirs or is no more. */
export async function sessionForgeries(
  { access }: KeyService,
  root: Signer,
): Promise<{ honest: () => string; forgeries: Readonly<Record<string, SessionForgery>> }> {
  const role = { type: 'role', name: 'proof', policies: ['AliyunKMSFullAccess'], trusted: ['*'] } as const
  await access.putPrincipal(role)
  await access.putPrincipal({ ...role, name: 'gone' })
  const start = (name: string, seconds: number): Session => {
    const { accessKeyId, secret, securityToken } = access.startSession({ ...role, name }, 'proof', seconds)
    return { id: accessKeyId, secret, token: securityToken }
  }
  const [one, other, ended, gone] = [start('proof', 900), start('proof', 900), start('proof', -1), start('gone', 900)]
  await access.deletePrincipal('role', 'gone')
  return {
    honest: () => request(one, one.token),
    forgeries: {
      changedToken: (random) => request(one, change(one.token, random)),
      cutToken: (random) => request(one, one.token.slice(0, random.below(one.token.length))),
      otherToken: () => request(one, other.token),
      endedSession: () => request(ended, ended.token),
      sessionOfNoRole: () => request(gone, gone.token),
      otherAccessKey: () => request(root, one.token),
      otherSecret: () => request({ id: one.id, secret: other.secret }, one.token),
    },
  }
}

function request(signer: Signer, SecurityToken: string): string {
  return formatRequest(signed({ ...ACTION, SecurityToken }, signer))
}

/** Not the last letters: some of their bits are padding, which base64 lets stand for the same bytes. */
function change(token: string, random: Random): string {
  const at = random.below(token.length - 4)
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}
