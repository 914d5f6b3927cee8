import type { IncomingMessage } from 'node:http'
import { accessKeyIdOf } from './acs3-signature.js'
import { type AuditEvent, describeIdentity, printable, resourceName } from './audit-event.js'
import type { ChosenFault } from './fault-plan.js'
import type { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { timestamp } from './keys.js'
import type { Identity } from './principals.js'
import type { ReceivedRequest } from './received-request.js'

/** What the audit log is told of a request that was handled. */
export interface AuditedRequest {
  readonly requestId: string
  readonly request: IncomingMessage
  readonly received: ReceivedRequest | undefined
  readonly identity: Identity | undefined
  readonly action: string
  readonly fault: KmsFault | undefined
  readonly injected: ChosenFault | undefined
}

const READS = /^(Describe|Get|List)/

/** The event of a request; of what nobody known signed only where it came from. */
export function describeRequest(exchange: AuditedRequest, service: KeyService): AuditEvent {
  const { request, requestId, received, identity, action, fault, injected } = exchange
  const { parameters = new Map<string, string>() } = received ?? {}
  const claimed = accessKeyIdOf(request.headers.authorization) ?? parameters.get('AccessKeyId') ?? ''
  return {
    eventId: requestId,
    eventVersion: '1',
    eventTime: timestamp(new Date()),
    eventType: 'ApiCall',
    eventCategory: 'Management',
    eventRW: READS.test(action) ? 'Read' : 'Write',
    eventName: action,
    eventSource: 'kms.local',
    serviceName: 'Kms',
    apiVersion: '2016-01-20',
    acsRegion: 'local',
    requestId,
    sourceIpAddress: request.socket.remoteAddress ?? '',
    userAgent: identity ? printable(request.headers['user-agent'], 256) : '',
    userIdentity: identity
      ? describeIdentity(identity)
      : { type: 'claimed', accessKeyId: /^[\w.]{1,64}$/.test(claimed) ? claimed : '' },
    ...describeKeys(parameters, identity ? service : undefined),
    ...(fault ? { errorCode: fault.fault, errorMessage: printable(fault.message, 256) } : {}),
    ...(injected ? { additionalEventData: { injectedFault: injected.name } } : {}),
  }
}

/** The name that the request gave, and the ids of the keys that it concerns: that of a ciphertext, too. */
function describeKeys(
  parameters: ReadonlyMap<string, string>,
  service: KeyService | undefined,
): Pick<AuditEvent, 'resourceName' | 'resourceType' | 'referencedResources'> {
  const given = ['KeyId', 'DestinationKeyId', 'AliasName'].map((name) => parameters.get(name))
  const name = resourceName(given.find((value) => value !== undefined))
  const ids = service ? keyIds(service, given.map(resourceName), parameters.get('CiphertextBlob')) : []
  return {
    ...(name === undefined ? {} : { resourceType: 'ACS::KMS::Key', resourceName: name }),
    ...(ids.length === 0 ? {} : { referencedResources: { 'ACS::KMS::Key': ids } }),
  }
}

function keyIds(service: KeyService, names: readonly (string | undefined)[], blob: string | undefined): string[] {
  const named = names.map((name) => name && attempt(() => service.findKey(name)))
  const wrapped = blob && attempt(() => service.findKeyOf(Buffer.from(blob, 'base64')))
  return [...new Set([...named, wrapped].filter((id) => id !== undefined && id !== ''))] as string[]
}

/** What does not resolve was refused, and is not known. */
function attempt(find: () => string | undefined): string | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}
