import { grantAccessKey, grantRole, listPrincipals } from './access-administration.js'
import { administer } from './administer.js'
import type { KeyService } from './key-service.js'
import { requireStore, say } from './serve.js'
import { type ServeOptions, UsageError } from './serve-arguments.js'

/** Makes a role, or an access key that may do what policies say. */
export async function grant(options: ServeOptions): Promise<void> {
  const { accessKeyFile: file, role, trusted, policies, user } = options
  if (role === undefined ? file === undefined : trusted.length === 0) {
    throw new UsageError('Expected --access-key FILE, or --role NAME and --trust USER, after "grant"')
  }
  if (policies.length === 0 && user === undefined) throw new UsageError('Expected --policy POLICY after "grant"')
  await withService(options, async (service) => {
    if (role !== undefined) return say(`role: ${(await grantRole(service, { name: role, policies, trusted })).arn}`)
    const granted = await grantAccessKey(service, { file: file ?? '', policies, user })
    if (granted.user !== undefined) say(`user: ${granted.user}`)
    say(`access key: ${granted.accessKeyFile}`)
  })
}

/** Takes an access key, a user or a role away. */
export async function revoke(options: ServeOptions): Promise<void> {
  const { accessKeyId, user, role } = options
  if ([accessKeyId, user, role].filter((name) => name !== undefined).length !== 1) {
    throw new UsageError('Expected one of --access-key-id ID, --user NAME and --role NAME after "revoke"')
  }
  await withService(options, async (service) => {
    if (accessKeyId !== undefined) await service.deleteAccessKey(accessKeyId)
    else if (user !== undefined) await service.access.deletePrincipal('user', user)
    else await service.access.deletePrincipal('role', role ?? '')
  })
  say('revoked')
}

export async function listAccess(options: ServeOptions): Promise<void> {
  await withService(options, async (service) => {
    for (const id of service.accessKeyIds) say(`access key ${id}`)
    for (const { type, arn, policies, trusted } of listPrincipals(service)) {
      const names = policies.map((name) => name || 'a policy of its own').join(', ')
      say(`${type} ${arn}: ${names}${trusted ? `, trusts ${trusted.join(', ')}` : ''}`)
    }
  })
}

async function withService(
  { store: folder, rootKey }: ServeOptions,
  work: (service: KeyService) => Promise<unknown>,
): Promise<void> {
  await requireStore(folder)
  await administer({ folder, rootKey }, work)
}
