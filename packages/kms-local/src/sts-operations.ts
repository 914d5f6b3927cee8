import { CryptoError } from '@parasol/core'
import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import type { OperationTable } from './operation.js'
import type { Parameters } from './parameters.js'
import { checkPolicy, type Policy } from './policy.js'
import { type Identity, principalArn, RAM_PREFIX, type Role } from './principals.js'

/** Those of the cloud's security token service, version 2015-04-01, which this service answers at the same address. */
export const stsOperations: OperationTable = {
  AssumeRole: assumeRole,
  GetCallerIdentity: (_service, _parameters, caller) => ({
    AccountId: '0',
    Arn: caller.arn,
    IdentityType: { account: 'Account', 'access-key': 'Account', user: 'RAMUser', role: 'AssumedRoleUser' }[
      caller.type
    ],
    PrincipalId: caller.name ?? '0',
  }),
}

const MIN_SECONDS = 900
const MAX_SECONDS = 3600

/** The permission to call it was asked for before; here the role says whom it trusts. */
function assumeRole(service: KeyService, parameters: Parameters, caller: Identity): object {
  const role = roleOf(service, parameters)
  const session = parameters.text('RoleSessionName')
  if (!/^[\w.@-]{2,64}$/.test(session)) throw new KmsFault('InvalidParameter.RoleSessionName')
  const seconds = durationOf(parameters)
  const policy = policyOf(parameters)
  if (caller.type !== 'user') throw new KmsFault('NoPermission')
  if (!role?.trusted.some((name) => name === '*' || name === caller.name)) throw new KmsFault('NoPermission')
  const { accessKeyId, secret, securityToken, expiration } = service.access.startSession(role, session, seconds, policy)
  return {
    AssumedRoleUser: { Arn: `${principalArn(role)}/${session}`, AssumedRoleId: `${role.name}:${session}` },
    Credentials: {
      AccessKeyId: accessKeyId,
      AccessKeySecret: secret,
      SecurityToken: securityToken,
      Expiration: expiration,
    },
  }
}

/** A role that there is not is refused as one that may not be taken on. */
function roleOf(service: KeyService, parameters: Parameters): Role | undefined {
  const arn = parameters.text('RoleArn')
  const prefix = `${RAM_PREFIX}role/`
  if (!arn.startsWith(prefix)) throw new KmsFault('InvalidParameter.RoleArn')
  return service.access.principal('role', arn.slice(prefix.length)) as Role | undefined
}

function durationOf(parameters: Parameters): number {
  try {
    return parameters.integer('DurationSeconds', { min: MIN_SECONDS, max: MAX_SECONDS, fallback: MAX_SECONDS })
  } catch {
    throw new KmsFault('InvalidParameter.DurationSeconds')
  }
}

const MAX_POLICY_CHARACTERS = 2048

function policyOf(parameters: Parameters): Policy | undefined {
  const text = parameters.optionalText('Policy', MAX_POLICY_CHARACTERS)
  if (text === undefined) return undefined
  try {
    return checkPolicy(JSON.parse(text))
  } catch (error) {
    if (CryptoError.is(error) || error instanceof SyntaxError) throw new KmsFault('InvalidParameter.PolicyGrammar')
    throw error
  }
}
