import { expect, it } from 'vitest'
import { allows, checkPolicy, type Policy, systemPolicies } from '../src/policy.js'

const KEY = 'acs:kms:local:0:key/1'
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
  { Version: '1', Statement: [{ Effect: 'Deny', NotAction: 'kms:Encrypt', Action: '*', Resource: '*' }] },
])('refuses the policy %j', (value) => {
  expect(() => checkPolicy(value)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})

it('lets users of keys not manage them, managers not use them, and those who look on do neither', () => {
  const actions = ['kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ScheduleKeyDeletion', 'kms:ListKeys']
  const may = (name: keyof typeof systemPolicies) =>
    actions.filter((action) => allows(systemPolicies[name], action, [KEY]))
  expect(may('crypto-user')).toEqual(['kms:Encrypt', 'kms:ReEncryptFrom'])
  expect(may('crypto-admin')).toEqual(['kms:ScheduleKeyDeletion', 'kms:ListKeys'])
  expect(may('read-only')).toEqual(['kms:ListKeys'])
})
