import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CryptoError } from '@parasol/core'
import { writeFileAtomic } from '@parasol/core/files'
import type { AccessKeyOptions } from './access-control.js'
import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { LocalKms } from './local-kms.js'
import { checkPolicy } from './policy.js'
import { type AttachedPolicy, principalArn, statementsOf } from './principals.js'
import { requireStore, say } from './serve.js'
import { type ServeOptions, UsageError } from './serve-arguments.js'
import { findSystemPolicy } from './system-policies.js'

/** Makes a role, or an access key that may do what policies say, and writes it to a file that is not there yet. */
export async function grant(options: ServeOptions): Promise<void> {
  const { accessKeyFile, role, trusted, user } = options
  if (role === undefined ? accessKeyFile === undefined : trusted.length === 0) {
    throw new UsageError('Expected --access-key FILE, or --role NAME and --trust USER, after "grant"')
  }
  const policies = await Promise.all(options.policies.map(readPolicy))
  if (policies.length === 0 && user === undefined) throw new UsageError('Expected --policy POLICY after "grant"')
  await withService(options, async (service) => {
    if (role !== undefined) return grantRole(service, role, policies, trusted)
    if (user === undefined) return grantAccessKey(service, accessKeyFile ?? '', { policy: merge(policies) })
    await grantUser(service, user, policies)
    await grantAccessKey(service, accessKeyFile ?? '', { user })
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
    for (const principal of service.access.principals) {
      const trusted = principal.type === 'role' ? `, trusts ${principal.trusted.join(', ')}` : ''
      const policies = principal.policies.map((policy) => (typeof policy === 'string' ? policy : 'a policy of its own'))
      say(`${principal.type} ${principalArn(principal)}: ${policies.join(', ')}${trusted}`)
    }
  })
}

async function withService(
  { store: folder, rootKey }: ServeOptions,
  work: (service: KeyService) => Promise<void>,
): Promise<void> {
  await requireStore(folder)
  await using kms = new LocalKms({ folder, rootKey })
  const service = await kms.open()
  await work(service).catch((error: unknown) => {
    throw error instanceof KmsFault ? error.toCryptoError() : error
  })
}

async function grantRole(
  service: KeyService,
  name: string,
  policies: readonly AttachedPolicy[],
  trusted: readonly string[],
): Promise<void> {
  await service.access.putPrincipal({ type: 'role', name, policies, trusted })
  say(`role: ${principalArn({ type: 'role', name })}`)
}

/** A user who is there keeps his policies. */
async function grantUser(service: KeyService, name: string, policies: readonly AttachedPolicy[]): Promise<void> {
  const existing = service.access.principal('user', name)?.policies
  if (!existing && policies.length === 0) throw new UsageError(`Expected --policy POLICY: there is no user "${name}"`)
  const all = [...(existing ?? []), ...policies]
  const distinct = all.filter((policy, index) => typeof policy !== 'string' || all.indexOf(policy) === index)
  await service.access.putPrincipal({ type: 'user', name, policies: distinct })
  say(`user: ${principalArn({ type: 'user', name })}`)
}

async function grantAccessKey(service: KeyService, path: string, options: AccessKeyOptions): Promise<void> {
  const { id, secret } = await service.createAccessKey(options)
  const file = `${JSON.stringify({ accessKeyId: id, accessKeySecret: secret }, null, 2)}\n`
  try {
    await writeFileAtomic(path, file, { overwrite: false })
  } catch (error) {
    await service.deleteAccessKey(id)
    throw error
  }
  say(`access key: ${resolve(path)}`)
}

function merge(policies: readonly AttachedPolicy[]) {
  return { Version: '1', Statement: statementsOf(policies) } as const
}

async function readPolicy(name: string): Promise<AttachedPolicy> {
  const known = findSystemPolicy(name)
  if (known) return known
  const text = await readFile(name, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CryptoError('IO', `The policy "${name}" cannot be read (${cause.code})`, { cause })
  })
  try {
    return checkPolicy(JSON.parse(text))
  } catch (error) {
    if (CryptoError.is(error)) throw error
    throw new CryptoError('INVALID_INPUT', `The policy "${name}" is not JSON`)
  }
}
