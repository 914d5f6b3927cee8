import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CryptoError } from '@parasol/core'
import { writeFileAtomic } from '@parasol/core/files'
import type { AccessKeyOptions } from './access-control.js'
import type { KeyService } from './key-service.js'
import { checkPolicy } from './policy.js'
import { type AttachedPolicy, type Principal, principalArn, statementsOf } from './principals.js'
import { findSystemPolicy } from './system-policies.js'

/** Policies by the names of system policies, the cloud's or short ones, or of files in the shape of RAM. */
export type PolicyNames = readonly string[]

export interface GrantedKey {
  readonly accessKeyId: string
  readonly accessKeyFile: string
  /** The ARN of the user to whom it belongs. */
  readonly user?: string
}

/** A user or a role, as an administrator is told of it. */
export interface PrincipalFacts {
  readonly type: Principal['type']
  readonly name: string
  readonly arn: string
  /** Empty for one of its own. */
  readonly policies: readonly string[]
  readonly trusted?: readonly string[]
}

/**
 * Makes an access key and writes it to a file that is not there yet. It belongs to a user, who is made if there is none and
 * gets the policies beside those that he has; or it may do what the policies say by itself.
 */
export async function grantAccessKey(
  service: KeyService,
  {
    file,
    policies: names,
    user,
  }: { readonly file: string; readonly policies: PolicyNames; readonly user?: string | undefined },
): Promise<GrantedKey> {
  const policies = await Promise.all(names.map(readPolicy))
  if (user !== undefined) await grantUser(service, user, policies)
  else if (policies.length === 0) throw new CryptoError('INVALID_INPUT', 'An access key needs a policy or a user')
  const statement = { Version: '1', Statement: statementsOf(policies) } as const
  const accessKeyId = await writeAccessKey(service, file, user === undefined ? { policy: statement } : { user })
  const owner = user === undefined ? {} : { user: principalArn({ type: 'user', name: user }) }
  return { accessKeyId, accessKeyFile: resolve(file), ...owner }
}

/** Makes a role, or replaces it. @param trusted the names of users, `*` for all */
export async function grantRole(
  service: KeyService,
  {
    name,
    policies: names,
    trusted,
  }: { readonly name: string; readonly policies: PolicyNames; readonly trusted: readonly string[] },
): Promise<PrincipalFacts> {
  const policies = await Promise.all(names.map(readPolicy))
  if (policies.length === 0 || trusted.length === 0) {
    throw new CryptoError('INVALID_INPUT', 'A role needs a policy, and a user whom it trusts')
  }
  await service.access.putPrincipal({ type: 'role', name, policies, trusted })
  return factsOf({ type: 'role', name, policies, trusted })
}

export function listPrincipals({ access }: KeyService): readonly PrincipalFacts[] {
  return access.principals.map(factsOf)
}

function factsOf(principal: Principal): PrincipalFacts {
  const policies = principal.policies.map((policy) => (typeof policy === 'string' ? policy : ''))
  const { type, name } = principal
  return {
    type,
    name,
    arn: principalArn(principal),
    policies,
    ...(type === 'role' ? { trusted: principal.trusted } : {}),
  }
}

/** A user who is there keeps his policies. */
async function grantUser({ access }: KeyService, name: string, policies: readonly AttachedPolicy[]): Promise<void> {
  const existing = access.principal('user', name)?.policies
  if (!existing && policies.length === 0) {
    throw new CryptoError('INVALID_INPUT', `There is no user "${name}" yet: a new one needs a policy`)
  }
  const all = [...(existing ?? []), ...policies]
  const distinct = all.filter((policy, index) => typeof policy !== 'string' || all.indexOf(policy) === index)
  await access.putPrincipal({ type: 'user', name, policies: distinct })
}

/** The id. A key whose file cannot be written is taken back: nobody would know its secret. */
async function writeAccessKey(service: KeyService, path: string, options: AccessKeyOptions): Promise<string> {
  const { id, secret } = await service.createAccessKey(options)
  const file = `${JSON.stringify({ accessKeyId: id, accessKeySecret: secret }, null, 2)}\n`
  try {
    await writeFileAtomic(path, file, { overwrite: false })
    return id
  } catch (error) {
    await service.deleteAccessKey(id)
    throw error
  }
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
