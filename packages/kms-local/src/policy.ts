import { CryptoError } from '@parasol/core'

/** What an access key may do, in the shape of RAM: what no statement allows is refused, and a Deny outweighs every Allow. */
export interface Policy {
  readonly Version: '1'
  readonly Statement: readonly Statement[]
}

/** Patterns with `*` and `?`. Actions are `kms:<operation>`, resources `acs:kms:local:0:key/<id>` or `…:alias/<name>`. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

const USES = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:GenerateDataKey*',
  'kms:ReEncrypt*',
  'kms:*ExportDataKey',
  'kms:Asymmetric*',
  'kms:*Mac',
]

/** The cloud's system policies for who uses keys, who manages them, and who looks on. */
export const systemPolicies = {
  'crypto-user': allow(...USES, 'kms:GetPublicKey'),
  'crypto-admin': {
    Version: '1',
    Statement: [
      { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
      { Effect: 'Deny', Action: USES, Resource: '*' },
    ],
  },
  'read-only': allow('kms:Describe*', 'kms:List*'),
} as const satisfies Record<string, Policy>

/** @throws CryptoError INVALID_INPUT for what is no policy, and for members that would not be acted on, as `Condition` */
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
    'A policy is {"Version":"1","Statement":[{"Effect":"Allow","Action":…,"Resource":…}]}, without further members',
  )
}

/** Whether a policy allows an action on every one of the resources that it concerns. */
export function allows({ Statement }: Policy, action: string, resources: readonly string[]): boolean {
  return resources.every((resource) => {
    const effects = Statement.filter(
      (statement) =>
        list(statement.Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
        list(statement.Resource).some((pattern) => matches(pattern, resource)),
    ).map(({ Effect }) => Effect)
    return effects.includes('Allow') && !effects.includes('Deny')
  })
}

function allow(...Action: readonly string[]): Policy {
  return { Version: '1', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] }
}

function isStatement(value: unknown): value is Statement {
  const { Effect, Action, Resource } = (value ?? {}) as Partial<Statement>
  return (
    hasOnly(value, ['Effect', 'Action', 'Resource']) &&
    (Effect === 'Allow' || Effect === 'Deny') &&
    isPatterns(Action, /^(\*|kms:[A-Za-z*?]{1,64})$/) &&
    isPatterns(Resource, /^[\w:/*?-]{1,400}$/)
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

/** In time that grows with the product of the two lengths, whatever the pattern. */
function matches(pattern: string, text: string): boolean {
  let reachable = new Set([0])
  for (const mark of pattern) {
    const next = new Set<number>()
    for (const position of reachable) {
      if (mark === '*') for (let end = position; end <= text.length; end++) next.add(end)
      else if (position < text.length && (mark === '?' || mark === text[position])) next.add(position + 1)
    }
    reachable = next
  }
  return reachable.has(text.length)
}
