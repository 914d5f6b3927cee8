import type * as z from 'zod'
import { closest } from './closest.js'
import type { Finding, Path } from './config-error.js'
import { allowedKeys, descriptionAt, type JsonShape, leavesAt, shapeOf, takesSecret } from './json-shape.js'

type Issue = z.core.$ZodIssue
type IssueOf<Code extends Issue['code']> = Extract<Issue, { code: Code }>

/** What a finding is made from: the checked value, and the shape that it should have. */
interface Checked {
  readonly value: unknown
  readonly shape: JsonShape
}

/**
 * Says in words what zod found in a value. The value itself is not shown: a number or a text in the wrong place may be
 * a secret.
 */
export function explainIssues(issues: readonly Issue[], schema: z.ZodType, value: unknown): readonly Finding[] {
  const checked = { value, shape: shapeOf(schema) }
  return issues.flatMap((issue) => explain(issue, checked))
}

function explain(issue: Issue, checked: Checked): readonly Finding[] {
  const explainer = explainers[issue.code] as ((issue: Issue, checked: Checked) => readonly Finding[]) | undefined
  return explainer?.(issue, checked) ?? [{ path: pathOf(issue), message: issue.message }]
}

/** Codes that are not here bring a message that is good enough, without the value. */
const explainers: {
  readonly [Code in Issue['code']]?: (issue: IssueOf<Code>, checked: Checked) => readonly Finding[]
} = {
  unrecognized_keys: explainUnknownKeys,
  invalid_type: explainType,
  invalid_value: explainChoice,
  invalid_union: explainUnion,
  too_small: explainTooSmall,
}

function explainUnknownKeys(issue: IssueOf<'unrecognized_keys'>, { shape }: Checked): readonly Finding[] {
  const allowed = allowedKeys(shape, pathOf(issue))
  return issue.keys.map((key) => {
    const meant = closest(key, allowed)
    // Where a secret belongs, a key that is no misspelt one may be the secret.
    if (meant === undefined && takesSecret(shape, pathOf(issue))) return explainSecret(pathOf(issue), {})
    const question = meant === undefined ? '' : `: did you mean "${meant}"?`
    return { path: [...pathOf(issue), key], message: `unknown key (allowed: ${allowed.join(', ')})${question}` }
  })
}

function explainType(issue: IssueOf<'invalid_type'>, checked: Checked): readonly Finding[] {
  const expected = kinds.get(issue.expected) ?? issue.expected
  return [mismatch(issue, checked, expected)]
}

function explainChoice(issue: IssueOf<'invalid_value'>, checked: Checked): readonly Finding[] {
  const expected = issue.values.map((value) => String(value))
  const given = valueAt(checked.value, pathOf(issue))
  const meant = typeof given === 'string' ? closest(given, expected) : undefined
  const finding = mismatch(issue, checked, expected.join(' or '))
  return [meant === undefined ? finding : { ...finding, message: `${finding.message}: did you mean "${meant}"?` }]
}

function explainUnion(issue: IssueOf<'invalid_union'>, checked: Checked): readonly Finding[] {
  const path = pathOf(issue)
  if (takesSecret(checked.shape, path)) return [explainSecret(path, valueAt(checked.value, path))]
  const [fitting, ...others] = issue.errors.filter((issues) => issues.every(isDeeper))
  if (!fitting || others.length > 0) return [mismatch(issue, checked, formsAt(checked.shape, path))]
  return fitting.flatMap((inner) => explain({ ...inner, path: [...path, ...pathOf(inner)] }, checked))
}

/** `per-record or a mapping` */
function formsAt(shape: JsonShape, path: Path): string {
  const forms = leavesAt(shape, path).flatMap(({ const: only, enum: choices, type }) => {
    const values = (only === undefined ? choices : [only]) as readonly unknown[] | undefined
    return values?.map(String) ?? [kinds.get(String(type)) ?? String(type)]
  })
  return [...new Set(forms)].join(' or ')
}

function explainTooSmall(issue: IssueOf<'too_small'>): readonly Finding[] {
  const isEmpty = issue.minimum === 1 && (issue.origin === 'string' || issue.origin === 'array')
  return [{ path: pathOf(issue), message: isEmpty ? 'must not be empty' : issue.message }]
}

function explainSecret(path: Path, given: unknown): Finding {
  const remedy = 'write { env: NAME } or { file: PATH }, which says where it is'
  if (given === undefined) return { path, message: `missing: ${remedy}` }
  const isLiteral = typeof given !== 'object' || given === null
  return { path, message: isLiteral ? `a secret does not belong in this file: ${remedy}` : `not a secret: ${remedy}` }
}

/** Whether an alternative of a union is the one that was meant: its kind is right, and something in it is not. */
function isDeeper(issue: Issue): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys'
}

function mismatch(issue: Issue, { value, shape }: Checked, expected: string): Finding {
  const path = pathOf(issue)
  const given = valueAt(value, path)
  const description = descriptionAt(shape, path)
  const hint = description === undefined ? '' : ` (${description})`
  if (given === undefined) return { path, message: `missing: expected ${expected}${hint}` }
  const remedy = expected === 'a text' && /^(number|boolean)$/.test(typeof given) ? ': put it in quotes' : ''
  return { path, message: `expected ${expected}, got ${kindOf(given)}${remedy}${hint}` }
}

const kinds: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['integer', 'a whole number'],
  ['boolean', 'true or false'],
  ['object', 'a mapping'],
  ['record', 'a mapping'],
  ['array', 'a list'],
])

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return kinds.get(typeof value) ?? typeof value
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => {
    const holder = Object(inner) as Record<string | number, unknown>
    return Object.hasOwn(holder, step) ? holder[step] : undefined
  }, value)
}

function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
}
