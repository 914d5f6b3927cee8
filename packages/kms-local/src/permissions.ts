import { KmsFault } from './faults.js'
import { ARN_PREFIX } from './key-names.js'
import type { KeyService } from './key-service.js'
import type { Parameters } from './parameters.js'
import { type AccessRequest, allows, type Resource } from './policy.js'
import type { Identity } from './principals.js'

/** Who asks, and from where. */
export interface Caller {
  readonly identity: Identity
  readonly sourceIp: string
}

/** What a request asks to do, and with what. */
type Wish = Pick<AccessRequest, 'action' | 'resources'>

const ANY_KEY = `${ARN_PREFIX}key`

/**
 * Sees to it that policies allow all of what a request asks. They are asked before anything is looked up for the caller, so
 * that who may not use a key does not learn of it either.
 *
 * @throws KmsFault Forbidden.NoPermission, and for a role NoPermission, as the token service words it
 */
export function requirePermission(caller: Caller, service: KeyService, action: string, parameters: Parameters): void {
  const { statements, boundary } = caller.identity
  if (!statements) return
  const isAllowed = wishesOf(service, action, parameters).every((wish) => {
    const request = { ...wish, sourceIp: caller.sourceIp, now: service.now }
    return allows(statements, request) && (!boundary || allows(boundary, request))
  })
  if (!isAllowed) throw new KmsFault(action === 'AssumeRole' ? 'NoPermission' : 'Forbidden.NoPermission')
}

function wishesOf(service: KeyService, action: string, parameters: Parameters): readonly Wish[] {
  if (action === 'ReEncrypt') {
    return [
      { action: 'kms:ReEncryptFrom', resources: [keyOfBlob(service, parameters)] },
      { action: 'kms:ReEncryptTo', resources: [keyNamed(service, parameters.find('DestinationKeyId'))] },
    ]
  }
  if (FREE.includes(action)) return []
  if (action === 'AssumeRole') return [{ action: 'sts:AssumeRole', resources: [{ arn: parameters.text('RoleArn') }] }]
  return [{ action: `kms:${action}`, resources: resourcesOf(service, action, parameters) }]
}

/** Everybody may. */
const FREE: readonly string[] = ['DescribeRegions', 'GetCallerIdentity']

/** Every key and alias that the parameters name, and all keys where they name none. */
function resourcesOf(service: KeyService, action: string, parameters: Parameters): readonly Resource[] {
  const alias = parameters.find('AliasName')
  const key = parameters.find('KeyId') ?? parameters.find('ProtectedResourceArn')
  const resources = [
    // What was encrypted by a public key does not tell which.
    ...(parameters.has('CiphertextBlob') && action !== 'AsymmetricDecrypt' ? [keyOfBlob(service, parameters)] : []),
    ...(alias === undefined ? [] : [{ arn: `${ARN_PREFIX}${alias}` }]),
    ...[...(key === undefined ? [] : [key]), ...parameters.list('ResourceId')].map((name) => keyNamed(service, name)),
  ]
  return resources.length === 0 ? [{ arn: ANY_KEY }] : resources
}

/** What is not there has the ARN of all keys, which a policy for single keys does not allow, and no tags. */
function keyNamed(service: KeyService, name = ''): Resource {
  return keyResource(service, service.findKey(name))
}

function keyOfBlob(service: KeyService, parameters: Parameters): Resource {
  return keyResource(service, service.findKeyOf(parameters.base64('CiphertextBlob')))
}

function keyResource(service: KeyService, id: string | undefined): Resource {
  if (id === undefined) return { arn: ANY_KEY }
  return { arn: `${ANY_KEY}/${id}`, tags: service.describeKey(id).metadata.tags ?? {} }
}
