import { CryptoError } from '@parasol/core'
import { type Condition, holds, isCondition } from './policy-conditions.js'
import { matches } from './wildcards.js'

/** What somebody may do, in the shape of RAM: what no statement allows is refused, and a Deny outweighs every Allow. */
export interface Policy {
  readonly Version: '1'
  readonly Statement: readonly Statement[]
}

/**
 * Patterns with `*` and `?`. Actions are `kms:<operation>` and `sts:AssumeRole`; resources `acs:kms:local:0:key/<id>`,
 * `…:alias/<name>` and `acs:ram::0:role/<name>`. A statement with conditions counts where they all hold.
 */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Condition
}

/** Something that a request concerns. */
export interface Resource {
  readonly arn: string
  readonly tags?: Readonly<Record<string, string>>
}

/** What a request asks to do, with what, from where and when. */
export interface AccessRequest {
  readonly action: string
  readonly resources: readonly Resource[]
  readonly sourceIp: string
  readonly now: Date
}

/** @throws CryptoError INVALID_INPUT for what is no policy, and for members that would not be acted on, as `NotAction` */
export function checkPolicy(value: unknown): Policy {
  const policy = value as Partial<Policy>
  const isPolicy =
    hasOnly(value, ['Version', 'Statement']) &&
    policy.Version === '1' &&
    Array.isArray(policy.Statement) &&
    policy.Statement.length > 0 &&
    policy.Statement.every(isStatement)
  if (isPolicy) return policy as Policy
  throw new CryptoError(
    'INVALID_INPUT',
    'A policy is {"Version":"1","Statement":[{"Effect":"Allow","Action":…,"Resource":…,"Condition":…}]}, where Condition may be left out, without further members',
  )
}

/** Whether statements allow an action on every one of the resources that it concerns. */
export function allows(statements: readonly Statement[], request: AccessRequest): boolean {
  return request.resources.every((resource) => {
    const effects = statements.filter((statement) => concerns(statement, request, resource)).map(({ Effect }) => Effect)
    return effects.includes('Allow') && !effects.includes('Deny')
  })
}

function concerns({ Action, Resource, Condition }: Statement, request: AccessRequest, resource: Resource): boolean {
  const action = request.action.toLowerCase()
  return (
    list(Action).some((pattern) => matches(pattern.toLowerCase(), action)) &&
    list(Resource).some((pattern) => matches(pattern, resource.arn)) &&
    (Condition === undefined || holds(Condition, { ...request, tags: resource.tags ?? {} }))
  )
}

function isStatement(value: unknown): value is Statement {
  const { Effect, Action, Resource, Condition } = (value ?? {}) as Partial<Statement>
  return (
    hasOnly(value, ['Effect', 'Action', 'Resource', 'Condition']) &&
    (Effect === 'Allow' || Effect === 'Deny') &&
    isPatterns(Action, /^(\*|(kms|sts):[A-Za-z*?]{1,64})$/) &&
    isPatterns(Resource, /^[\w:/*?.@-]{1,400}$/) &&
    (Condition === undefined || isCondition(Condition))
  )
}

function isPatterns(value: unknown, shape: RegExp): boolean {
  const patterns = Array.isArray(value) ? value : [value]
  return patterns.length > 0 && patterns.every((pattern) => typeof pattern === 'string' && shape.test(pattern))
}

function hasOnly(value: unknown, names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).every((name) => names.includes(name))
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
