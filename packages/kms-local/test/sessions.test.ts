import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AccessKey, startKmsServer } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { checkPolicy, type Statement } from '../src/policy.js'
import { type Running, start } from './running.js'
import type { Fields } from './signed.js'

const Plaintext = 'MTM4MDAxMzgwMDA='
const STS = { Version: '2015-04-01' }
const RoleArn = 'acs:ram::0:role/payments'
const encrypt = { Action: 'Encrypt', KeyId: 'alias/one', Plaintext }
const denied = { HttpStatus: 403, Code: 'Forbidden.NoPermission' }

function checkedPolicy(
  Effect: 'Allow' | 'Deny',
  Action: Statement['Action'],
  Condition?: NonNullable<Statement['Condition']>,
) {
  const condition = Condition ? { Condition } : {}
  return checkPolicy({ Version: '1', Statement: [{ Effect, Action, Resource: '*', ...condition }] })
}

interface Session extends AccessKey {
  readonly token: string
}

async function startWithRole(trusted: readonly string[] = ['alice']): Promise<Running & { alice: AccessKey }> {
  const running = await start()
  const { access } = running.service
  await access.putPrincipal({ type: 'user', name: 'alice', policies: ['AliyunSTSAssumeRoleAccess'] })
  await access.putPrincipal({ type: 'role', name: 'payments', policies: ['AliyunKMSCryptoUserAccess'], trusted })
  return { ...running, alice: await access.createAccessKey({ user: 'alice' }) }
}

const assume = { Action: 'AssumeRole', ...STS, RoleArn, RoleSessionName: 'till-7' }

async function assumeRole(running: Running & { alice: AccessKey }, more: Fields = {}): Promise<Session> {
  const { Credentials } = await running.call({ ...assume, ...more }, running.alice)
  const { AccessKeyId, AccessKeySecret, SecurityToken } = Credentials as Record<string, string>
  return { id: `${AccessKeyId}`, secret: `${AccessKeySecret}`, token: `${SecurityToken}` }
}

const callAs = (running: Running, { token, ...accessKey }: Session, fields: Fields) =>
  running.call({ ...fields, SecurityToken: token }, accessKey)

it('gives a trusted user the rights of a role for a while', async () => {
  const running = await startWithRole()
  expect(await running.call(encrypt, running.alice)).toMatchObject(denied)
  const session = await assumeRole(running)
  const { CiphertextBlob } = await callAs(running, session, encrypt)
  const decrypt = { Action: 'Decrypt', CiphertextBlob: `${CiphertextBlob}` }
  expect(await callAs(running, session, decrypt)).toMatchObject({ Plaintext })
  expect(await callAs(running, session, { Action: 'CreateKey' })).toMatchObject(denied)
  expect(await callAs(running, session, { Action: 'GetCallerIdentity', ...STS })).toMatchObject({
    Arn: `${RoleArn}/till-7`,
    IdentityType: 'AssumedRoleUser',
  })
  running.later(3600_000)
  const expired = { HttpStatus: 404, Code: 'InvalidAccessKeyId.NotFound' }
  expect(await callAs(running, session, encrypt)).toMatchObject(expired)
})

it('takes a token with its own access key and secret only', async () => {
  const running = await startWithRole()
  const [one, two] = [await assumeRole(running), await assumeRole(running)]
  const { token, ...withoutToken } = one
  expect(await running.call(encrypt, withoutToken)).toMatchObject({ HttpStatus: 400, Code: 'MissingSecurityToken' })
  const mixed = await callAs(running, { ...one, token: two.token }, encrypt)
  expect(mixed).toMatchObject({ Code: 'InvalidSecurityToken.MismatchWithAccessKey' })
  expect(await callAs(running, { ...one, secret: two.secret }, encrypt)).toMatchObject({
    Code: 'SignatureDoesNotMatch',
  })
  const changed = { ...one, token: token.replace(/^./, (mark) => (mark === 'A' ? 'B' : 'A')) }
  expect(await callAs(running, changed, encrypt)).toMatchObject({ Code: 'InvalidSecurityToken.Malformed' })
  expect(await callAs(running, { ...running.alice, token }, encrypt)).toMatchObject({
    Code: 'InvalidSecurityToken.MismatchWithAccessKey',
  })
})

it('lets a session do no more than its role and its own policy both allow', async () => {
  const running = await startWithRole()
  const Policy = JSON.stringify(checkedPolicy('Allow', ['kms:Encrypt', 'kms:CreateKey']))
  const session = await assumeRole(running, { Policy })
  expect(await callAs(running, session, encrypt)).toMatchObject({ CiphertextBlob: expect.any(String) })
  expect(await callAs(running, session, { Action: 'GenerateDataKey', KeyId: 'alias/one' })).toMatchObject(denied)
  expect(await callAs(running, session, { Action: 'CreateKey' })).toMatchObject(denied)
})

it('ends the sessions of a role that is gone or changed, and the access keys of a user who is gone, at once', async () => {
  const running = await startWithRole()
  const { access } = running.service
  const session = await assumeRole(running)
  await access.putPrincipal({ type: 'role', name: 'payments', policies: ['AliyunKMSReadOnlyAccess'], trusted: [] })
  expect(await callAs(running, session, encrypt)).toMatchObject(denied)
  await access.deletePrincipal('role', 'payments')
  expect(await callAs(running, session, encrypt)).toMatchObject({ Code: 'InvalidAccessKeyId.NotFound' })
  await access.deletePrincipal('user', 'alice')
  expect(await running.call(assume, running.alice)).toMatchObject({ Code: 'InvalidAccessKeyId.NotFound' })
})

it.each([
  ['a role that trusts others', ['bob'], assume],
  ['a role that there is not', ['*'], { ...assume, RoleArn: 'acs:ram::0:role/none' }],
] as const)('does not give away %s', async (_name, trusted, fields) => {
  const running = await startWithRole(trusted)
  expect(await running.call(fields, running.alice)).toMatchObject({ HttpStatus: 403, Code: 'NoPermission' })
})

it('gives no role to the account itself, to a session, or to a user who may not ask', async () => {
  const running = await startWithRole(['*'])
  const refused = { HttpStatus: 403, Code: 'NoPermission' }
  expect(await running.call(assume)).toMatchObject(refused)
  expect(await callAs(running, await assumeRole(running), assume)).toMatchObject(refused)
  await running.service.access.putPrincipal({ type: 'user', name: 'bob', policies: ['AliyunKMSFullAccess'] })
  const bob = await running.service.createAccessKey({ user: 'bob' })
  expect(await running.call(assume, bob)).toMatchObject(refused)
})

it.each([
  [{ RoleArn: 'acs:kms:local:0:key/1' }, 'InvalidParameter.RoleArn'],
  [{ RoleSessionName: 'a b' }, 'InvalidParameter.RoleSessionName'],
  [{ DurationSeconds: '899' }, 'InvalidParameter.DurationSeconds'],
  [{ DurationSeconds: '3601' }, 'InvalidParameter.DurationSeconds'],
  [{ Policy: '{}' }, 'InvalidParameter.PolicyGrammar'],
  [{ Policy: 'x' }, 'InvalidParameter.PolicyGrammar'],
])('refuses AssumeRole with %j', async (more, Code) => {
  const running = await startWithRole()
  expect(await running.call({ ...assume, ...more }, running.alice)).toMatchObject({ HttpStatus: 400, Code })
})

it('keeps users and roles when the store is opened anew, and when it is written anew', async () => {
  const running = await startWithRole()
  await running.call({ Action: 'ScheduleKeyDeletion', KeyId: 'alias/one', PendingWindowInDays: '7' })
  running.later(8 * 86_400_000)
  await running.service.upkeep()
  expect(running.service.access.principals.map(({ name }) => name)).toEqual(['alice', 'payments'])
})

it('refuses a policy on source addresses that are not the caller’s, and on tags that a key has not', async () => {
  const running = await start()
  const here = checkedPolicy('Allow', 'kms:*', { IpAddress: { 'acs:SourceIp': '127.0.0.0/8' } })
  const elsewhere = checkedPolicy('Allow', 'kms:*', { NotIpAddress: { 'acs:SourceIp': '127.0.0.0/8' } })
  const tagged = checkedPolicy('Allow', 'kms:*', { StringEquals: { 'kms:tag/team': 'tills' } })
  const as = async (policy: typeof here) => running.call(encrypt, await running.service.createAccessKey({ policy }))
  expect(await as(here)).toMatchObject({ CiphertextBlob: expect.any(String) })
  expect(await as(elsewhere)).toMatchObject(denied)
  expect(await as(tagged)).toMatchObject(denied)
  const Tags = '[{"TagKey":"team","TagValue":"tills"}]'
  await running.call({ Action: 'TagResource', KeyId: running.service.findKey('alias/one') ?? '', Tags })
  expect(await as(tagged)).toMatchObject({ CiphertextBlob: expect.any(String) })
})

it('tells the audit log which user, or which session of which role, made a request', async () => {
  const running = await startWithRole()
  const audit = await running.service.openAuditLog()
  const server = await startKmsServer({ service: running.service, audit })
  const audited = { ...running, call: running.callAt(server) }
  const session = await assumeRole(audited)
  await callAs(audited, session, encrypt)
  await server[Symbol.asyncDispose]()
  await audit[Symbol.asyncDispose]()
  const lines = readFileSync(join(running.folder, 'audit.log'), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))))).toMatchObject([
    { eventName: 'AssumeRole', userIdentity: { type: 'ram-user', userName: 'alice', accessKeyId: running.alice.id } },
    {
      eventName: 'Encrypt',
      userIdentity: { type: 'assumed-role', userName: 'payments:till-7', accessKeyId: session.id },
    },
  ])
  for (const secret of [session.secret, session.token]) expect(lines.join()).not.toContain(secret)
})
