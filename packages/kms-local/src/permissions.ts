import { KmsFault } from './faults.js'
import { ARN_PREFIX } from './key-names.js'
import type { KeyService } from './key-service.js'
import type { Parameters } from './parameters.js'
import { allows, type Policy } from './policy.js'

/** What a request asks to do, and with what. */
interface Wish {
  readonly action: string
  readonly resources: readonly string[]
}

const ANY_KEY = `${ARN_PREFIX}key`

/**
 * Sees to it that a policy allows all of what a request asks. It is asked before anything is looked up for the caller, so
 * that who may not use a key does not learn of it either.
 *
 * @throws KmsFault Forbidden.NoPermission
 */
export function requirePermission(policy: Policy, service: KeyService, action: string, parameters: Parameters): void {
  const isAllowed = wishesOf(service, action, parameters).every((wish) => allows(policy, wish.action, wish.resources))
  if (!isAllowed) throw new KmsFault('Forbidden.NoPermission')
}

function wishesOf(service: KeyService, action: string, parameters: Parameters): readonly Wish[] {
  if (action === 'ReEncrypt') {
    return [
      { action: 'kms:ReEncryptFrom', resources: [keyOfBlob(service, parameters)] },
      { action: 'kms:ReEncryptTo', resources: [keyNamed(service, parameters.find('DestinationKeyId'))] },
    ]
  }
  if (action === 'DescribeRegions') return []
  return [{ action: `kms:${action}`, resources: resourcesOf(service, action, parameters) }]
}

/** Every key and alias that the parameters name, and all keys where they name none. */
function resourcesOf(service: KeyService, action: string, parameters: Parameters): readonly string[] {
  const alias = parameters.find('AliasName')
  const key = parameters.find('KeyId') ?? parameters.find('ProtectedResourceArn')
  const resources = [
    // What was encrypted by a public key does not tell which.
    ...(parameters.has('CiphertextBlob') && action !== 'AsymmetricDecrypt' ? [keyOfBlob(service, parameters)] : []),
    ...(alias === undefined ? [] : [`${ARN_PREFIX}${alias}`]),
    ...[...(key === undefined ? [] : [key]), ...parameters.list('ResourceId')].map((name) => keyNamed(service, name)),
  ]
  return resources.length === 0 ? [ANY_KEY] : resources
}

/** What is not there has the ARN of all keys, which a policy for single keys does not allow. */
function keyNamed(service: KeyService, name = ''): string {
  const id = service.findKey(name)
  return id === undefined ? ANY_KEY : `${ANY_KEY}/${id}`
}

function keyOfBlob(service: KeyService, parameters: Parameters): string {
  const id = service.findKeyOf(parameters.base64('CiphertextBlob'))
  return id === undefined ? ANY_KEY : `${ANY_KEY}/${id}`
}
