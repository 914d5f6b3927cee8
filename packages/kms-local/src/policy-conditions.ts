import { BlockList, isIP } from 'node:net'
import { matches } from './wildcards.js'

/** Operators, each with the values that a condition key may have: all operators and keys must hold, one value of each. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

/** What conditions ask of a request. */
export interface ConditionFacts {
  readonly sourceIp: string
  readonly now: Date
  readonly tags: Readonly<Record<string, string>>
}

interface Operator {
  /** Whether a value may stand in a policy. */
  isValue(value: string): boolean
  test(actual: string, value: string): boolean
  /** Holds where no value fits, and where there is nothing to compare. */
  readonly negated: boolean
}

const any = (value: string): boolean => value.length <= 256
const operators: ReadonlyMap<string, Operator> = new Map([
  ...both('StringEquals', 'StringNotEquals', any, (actual, value) => actual === value),
  ...both(
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    any,
    (actual, value) => actual.toLowerCase() === value.toLowerCase(),
  ),
  ...both('StringLike', 'StringNotLike', any, (actual, value) => matches(value, actual)),
  ...both('IpAddress', 'NotIpAddress', isNetwork, isWithin),
  ...both(
    'Bool',
    undefined,
    (value) => /^(true|false)$/i.test(value),
    (actual, value) => actual === value.toLowerCase(),
  ),
  ...both('DateLessThan', 'DateGreaterThanEquals', isDate, (actual, value) => Date.parse(actual) < Date.parse(value)),
  ...both('DateGreaterThan', 'DateLessThanEquals', isDate, (actual, value) => Date.parse(actual) > Date.parse(value)),
])

const TAG = 'kms:tag/'
/** What is known of every request. This service speaks plain HTTP. */
const facts: Readonly<Record<string, (facts: ConditionFacts) => string>> = {
  'acs:SourceIp': ({ sourceIp }) => sourceIp,
  'acs:CurrentTime': ({ now }) => now.toISOString(),
  'acs:SecureTransport': () => 'false',
}

/** Whether it is a condition of operators, keys and values that this service acts on. */
export function isCondition(value: unknown): value is Condition {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return false
  return Object.entries(value).every(([name, keys]) => {
    const operator = operators.get(name)
    if (!operator || typeof keys !== 'object' || keys === null || Object.keys(keys).length === 0) return false
    return Object.entries(keys).every(
      ([key, values]) => (Object.hasOwn(facts, key) || key.startsWith(TAG)) && areValues(operator, values),
    )
  })
}

export function holds(condition: Condition, known: ConditionFacts): boolean {
  return Object.entries(condition).every(([name, keys]) =>
    Object.entries(keys).every(([key, values]) => holdsFor(operators.get(name), actualOf(key, known), list(values))),
  )
}

function holdsFor(operator: Operator | undefined, actual: string | undefined, values: readonly string[]): boolean {
  if (!operator) return false
  if (actual === undefined) return operator.negated
  return values.some((value) => operator.test(actual, value)) !== operator.negated
}

function actualOf(key: string, known: ConditionFacts): string | undefined {
  if (!key.startsWith(TAG)) return facts[key]?.(known)
  const name = key.slice(TAG.length)
  return Object.hasOwn(known.tags, name) ? known.tags[name] : undefined
}

function both(
  name: string,
  opposite: string | undefined,
  isValue: Operator['isValue'],
  test: Operator['test'],
): [string, Operator][] {
  const pair: [string, Operator][] = [[name, { isValue, test, negated: false }]]
  return opposite === undefined ? pair : [...pair, [opposite, { isValue, test, negated: true }]]
}

function areValues(operator: Operator, value: unknown): boolean {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.length > 0 && values.every((one) => typeof one === 'string' && operator.isValue(one))
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

function isDate(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
}

/** An address, or `address/bits`. */
function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/')
  const version = isIP(address)
  const isBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  return version !== 0 && rest.length === 0 && isBits
}

/** An address of the other version is not within. */
function isWithin(actual: string, network: string): boolean {
  const [address = '', bits] = network.split('/')
  const given = actual.replace(/^::ffff:(?=\d+\.)/, '')
  const version = isIP(address)
  if (version === 0 || version !== isIP(given)) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(address, bits === undefined ? (version === 4 ? 32 : 128) : Number(bits), family)
  return list.check(given, family)
}
