import { expect, it } from 'vitest'
import { checkPolicy, allows as evaluate, type Policy } from '../src/policy.js'
import { systemPolicies } from '../src/system-policies.js'

const KEY = 'acs:kms:local:0:key/1'
const allows = (
  { Statement }: Policy,
  action: string,
  arns: readonly string[],
  from = '10.1.2.3',
  tags = {},
): boolean =>
  evaluate(Statement, {
    action,
    resources: arns.map((arn) => ({ arn, tags })),
    sourceIp: from,
    now: new Date('2026-11-25T12:00:00Z'),
  })
const policy = (...Statement: Policy['Statement']): Policy => ({ Version: '1', Statement })

it('refuses what no statement allows, and what one denies although others allow it', () => {
  const one = policy(
    { Effect: 'Allow', Action: 'kms:*', Resource: 'acs:kms:*:*:key/*' },
    { Effect: 'Deny', Action: ['kms:Decrypt', 'kms:Disable*'], Resource: KEY },
  )
  expect(allows(one, 'kms:Encrypt', [KEY])).toBe(true)
  expect(allows(one, 'kms:Decrypt', [KEY])).toBe(false)
  expect(allows(one, 'kms:DisableKey', [KEY])).toBe(false)
  expect(allows(one, 'kms:Decrypt', ['acs:kms:local:0:key/2'])).toBe(true)
  expect(allows(one, 'kms:Decrypt', ['acs:kms:local:0:key/2', KEY])).toBe(false)
  expect(allows(one, 'kms:CreateAlias', ['acs:kms:local:0:alias/a', KEY])).toBe(false)
})

it.each([
  ['*', 'anything', true],
  ['kms:Encrypt', 'kms:EncryptX', false],
  ['kms:?ncrypt', 'kms:Encrypt', true],
  ['kms:*Key', 'kms:GenerateDataKey', true],
  ['kms:*Key', 'kms:KeyX', false],
  ['KMS:encrypt', 'kms:Encrypt', true],
])('matches the pattern %j with %j: %s', (Action, action, expected) => {
  expect(allows(policy({ Effect: 'Allow', Action, Resource: '*' }), action, [KEY])).toBe(expected)
})

it('matches hostile patterns in no time', () => {
  const hostile = policy({ Effect: 'Allow', Action: '*', Resource: '*a'.repeat(200) })
  expect(allows(hostile, 'kms:Encrypt', ['a'.repeat(300)])).toBe(true)
  expect(allows(hostile, 'kms:Encrypt', ['a'.repeat(199)])).toBe(false)
})

it.each([
  null,
  [],
  {},
  { Version: '2', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  { Version: '1', Statement: [] },
  { Version: '1', Statement: [{ Effect: 'allow', Action: '*', Resource: '*' }] },
  { Version: '1', Statement: [{ Effect: 'Allow', Resource: '*' }] },
  { Version: '1', Statement: [{ Effect: 'Allow', Action: [], Resource: '*' }] },
  { Version: '1', Statement: [{ Effect: 'Allow', Action: 'oss:*', Resource: '*' }] },
  { Version: '1', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: {} }] },
  ...[
    { StringEquals: {} },
    { Equals: { 'acs:SourceIp': '10.0.0.1' } },
    { IpAddress: { 'acs:SourceIp': '10.0.0.0/33' } },
    { IpAddress: { 'acs:SourceIp': [] } },
    { IpAddress: { 'acs:SourceIp': 'localhost' } },
    { StringEquals: { 'acs:MFAPresent': 'true' } },
    { StringEquals: { 'kms:tag/a': 1 } },
    { Bool: { 'acs:SecureTransport': 'yes' } },
    { DateLessThan: { 'acs:CurrentTime': 'tomorrow' } },
  ].map((Condition) => ({ Version: '1', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition }] })),
  { Version: '1', Statement: [{ Effect: 'Deny', NotAction: 'kms:Encrypt', Action: '*', Resource: '*' }] },
])('refuses the policy %j', (value) => {
  expect(() => checkPolicy(value)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})

it('lets users of keys not manage them, managers not use them, and those who look on do neither', () => {
  const actions = ['kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ScheduleKeyDeletion', 'kms:ListKeys']
  const may = (name: keyof typeof systemPolicies) =>
    actions.filter((action) => allows(systemPolicies[name], action, [KEY]))
  expect(may('AliyunKMSCryptoUserAccess')).toEqual(['kms:Encrypt', 'kms:ReEncryptFrom'])
  expect(may('AliyunKMSCryptoAdminAccess')).toEqual(['kms:ScheduleKeyDeletion', 'kms:ListKeys'])
  expect(may('AliyunKMSReadOnlyAccess')).toEqual(['kms:ListKeys'])
})

it.each([
  [{ IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } }, true],
  [{ IpAddress: { 'acs:SourceIp': ['192.168.0.1', '10.1.2.3'] } }, true],
  [{ IpAddress: { 'acs:SourceIp': '10.1.2.4/31' } }, false],
  [{ NotIpAddress: { 'acs:SourceIp': '10.0.0.0/8' } }, false],
  [{ IpAddress: { 'acs:SourceIp': '::/0' } }, false],
  [{ StringEquals: { 'kms:tag/stage': ['test', 'prod'] } }, true],
  [{ StringEquals: { 'kms:tag/stage': 'PROD' } }, false],
  [{ StringEqualsIgnoreCase: { 'kms:tag/stage': 'PROD' } }, true],
  [{ StringNotEquals: { 'kms:tag/stage': ['test', 'prod'] } }, false],
  [{ StringLike: { 'kms:tag/stage': 'p*' } }, true],
  [{ StringNotLike: { 'kms:tag/stage': 'p*' } }, false],
  [{ StringEquals: { 'kms:tag/team': 'a' } }, false],
  [{ StringNotEquals: { 'kms:tag/team': 'a' } }, true],
  [{ StringEquals: { 'kms:tag/constructor': 'a' } }, false],
  [{ Bool: { 'acs:SecureTransport': 'true' } }, false],
  [{ DateLessThan: { 'acs:CurrentTime': '2026-11-25T13:00:00+08:00' } }, false],
  [{ DateGreaterThan: { 'acs:CurrentTime': '2026-11-25T13:00:00+08:00' } }, true],
  [{ StringEquals: { 'kms:tag/stage': 'prod' }, IpAddress: { 'acs:SourceIp': '11.0.0.0/8' } }, false],
] as const)('finds the condition %j %s of a request from 10.1.2.3 for a key of stage prod', (Condition, expected) => {
  const conditional = checkPolicy(policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition }))
  for (const from of ['10.1.2.3', '::ffff:10.1.2.3']) {
    expect(allows(conditional, 'kms:Encrypt', [KEY], from, { stage: 'prod' })).toBe(expected)
  }
})

it('denies by a condition what another statement allows', () => {
  const Condition = { StringEquals: { 'kms:tag/stage': 'prod' } }
  const guarded = policy(
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'kms:ScheduleKeyDeletion', Resource: '*', Condition },
  )
  expect(allows(guarded, 'kms:ScheduleKeyDeletion', [KEY], '10.1.2.3', { stage: 'prod' })).toBe(false)
  expect(allows(guarded, 'kms:ScheduleKeyDeletion', [KEY], '10.1.2.3', { stage: 'test' })).toBe(true)
})
