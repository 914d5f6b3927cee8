import type { Policy, Statement } from './policy.js'

const USES = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:GenerateDataKey*',
  'kms:ReEncrypt*',
  'kms:*ExportDataKey',
  'kms:Asymmetric*',
  'kms:*Mac',
]
const READS = ['kms:Describe*', 'kms:List*']

/** The cloud's system policies by their names: for who does everything, uses keys, manages them, looks on, takes roles. */
export const systemPolicies = {
  AliyunKMSFullAccess: policy({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }),
  AliyunKMSCryptoUserAccess: policy({ Effect: 'Allow', Action: [...USES, 'kms:GetPublicKey'], Resource: '*' }),
  AliyunKMSCryptoAdminAccess: policy(
    { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
    { Effect: 'Deny', Action: USES, Resource: '*' },
  ),
  AliyunKMSReadOnlyAccess: policy({ Effect: 'Allow', Action: READS, Resource: '*' }),
  AliyunSTSAssumeRoleAccess: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }),
} as const satisfies Record<string, Policy>

export type SystemPolicyName = keyof typeof systemPolicies

const shortNames: ReadonlyMap<string, SystemPolicyName> = new Map([
  ['full-access', 'AliyunKMSFullAccess'],
  ['crypto-user', 'AliyunKMSCryptoUserAccess'],
  ['crypto-admin', 'AliyunKMSCryptoAdminAccess'],
  ['read-only', 'AliyunKMSReadOnlyAccess'],
  ['assume-role', 'AliyunSTSAssumeRoleAccess'],
])

/** The system policy of a name, the cloud's or a short one; undefined if there is none. */
export function findSystemPolicy(name: string): SystemPolicyName | undefined {
  return Object.hasOwn(systemPolicies, name) ? (name as SystemPolicyName) : shortNames.get(name)
}

function policy(...Statement: readonly Statement[]): Policy {
  return { Version: '1', Statement }
}
