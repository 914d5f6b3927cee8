import { CryptoError } from '@parasol/core'
import { checkPolicy, type Policy, type Statement } from './policy.js'
import { findSystemPolicy, type SystemPolicyName, systemPolicies } from './system-policies.js'

/** A policy of somebody's own, or the name of one of the system's. */
export type AttachedPolicy = Policy | SystemPolicyName

/** Somebody to whom access keys belong. */
export interface User {
  readonly type: 'user'
  readonly name: string
  readonly policies: readonly AttachedPolicy[]
}

/** What users take on for a while, by AssumeRole. */
export interface Role {
  readonly type: 'role'
  readonly name: string
  readonly policies: readonly AttachedPolicy[]
  /** The names of the users who may; `*` is all. */
  readonly trusted: readonly string[]
}

export type Principal = User | Role

/** Who made a request, and what he may do. */
export interface Identity {
  readonly type: 'account' | 'access-key' | 'user' | 'role'
  readonly accessKeyId: string
  readonly arn: string
  /** Of a user, his name; of a role, `<role>:<session>`. */
  readonly name?: string
  /** What his policies say; he may do everything if there are none. */
  readonly statements?: readonly Statement[]
  /** What else must allow it: the policy that a session was given. */
  readonly boundary?: readonly Statement[]
}

export const RAM_PREFIX = 'acs:ram::0:'

export function principalArn({ type, name }: Pick<Principal, 'type' | 'name'>): string {
  return `${RAM_PREFIX}${type}/${name}`
}

/** @throws CryptoError INVALID_INPUT for a name or a policy that cannot be */
export function checkPrincipal<T extends Principal>(principal: T): T {
  const names = [principal.name, ...(principal.type === 'role' ? principal.trusted.filter((name) => name !== '*') : [])]
  if (!names.every((name) => /^[A-Za-z0-9][\w.@-]{0,63}$/.test(name))) {
    throw new CryptoError('INVALID_INPUT', 'A name has 1 to 64 letters, digits and ".", "_", "-", "@"')
  }
  return { ...principal, policies: principal.policies.map(checkAttached) }
}

export function statementsOf(policies: readonly AttachedPolicy[]): readonly Statement[] {
  return policies.flatMap((policy) => (typeof policy === 'string' ? systemPolicies[policy] : policy).Statement)
}

function checkAttached(policy: AttachedPolicy): AttachedPolicy {
  if (typeof policy !== 'string') return checkPolicy(policy)
  const name = findSystemPolicy(policy)
  if (name === undefined) throw new CryptoError('INVALID_INPUT', 'There is no system policy of this name')
  return name
}
