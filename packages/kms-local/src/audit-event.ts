import type { Identity } from './principals.js'

/** One request as Alibaba Cloud's ActionTrail tells of it; no parameter but names of keys, no plaintext, no secret. */
export interface AuditEvent {
  readonly eventId: string
  readonly eventVersion: '1'
  readonly eventTime: string
  readonly eventType: 'ApiCall'
  readonly eventCategory: 'Management'
  readonly eventRW: 'Read' | 'Write'
  /** Empty for what is no operation of ours. */
  readonly eventName: string
  readonly eventSource: 'kms.local'
  readonly serviceName: 'Kms'
  readonly apiVersion: '2016-01-20'
  readonly acsRegion: 'local'
  readonly requestId: string
  readonly sourceIpAddress: string
  readonly userAgent: string
  /** `claimed` until the signature was found right. */
  readonly userIdentity: UserIdentity
  readonly resourceType?: 'ACS::KMS::Key'
  /** As the request named it. */
  readonly resourceName?: string
  /** The ids of the keys that it concerned. */
  readonly referencedResources?: { readonly 'ACS::KMS::Key': readonly string[] }
  readonly errorCode?: string
  /** It may name parameters, and holds no value of any. */
  readonly errorMessage?: string
  readonly additionalEventData?: { readonly injectedFault: string }
}

export interface UserIdentity {
  readonly type: 'access-key' | 'ram-user' | 'assumed-role' | 'claimed'
  readonly accessKeyId: string
  /** Of a user, his name; of a role, `<role>:<session>`. */
  readonly userName?: string
}

const identityTypes = {
  account: 'access-key',
  'access-key': 'access-key',
  user: 'ram-user',
  role: 'assumed-role',
} as const

export function describeIdentity({ type, accessKeyId, name }: Identity): UserIdentity {
  const userName = name === undefined ? {} : { userName: printable(name, 160) }
  return { type: identityTypes[type], accessKeyId: printable(accessKeyId, 128), ...userName }
}

/** Cut to a length, and to characters that a terminal does not act on. */
export function printable(text: string | undefined, length: number): string {
  return (text ?? '').slice(0, length).replaceAll(/[^\x20-\x7e]/g, '?')
}

/** The name of a key or alias, if it looks like one: what else stands in its place may be anything. */
export function resourceName(name: string | undefined): string | undefined {
  return name !== undefined && /^(acs:kms:[\w-]*:\w*:)?(key\/)?([0-9a-f-]{36}|alias\/[\w/-]{1,249})$/.test(name)
    ? name
    : undefined
}
