import { createHash } from 'node:crypto'
import { CryptoError } from '@parasol/core'
import * as z from 'zod'
import { type FaultName, faultNames, type InjectedFault, injectedFaults } from './injected-faults.js'

/** Which requests go wrong, and how, for tests of what calls the KMS. */
export interface FaultPlan {
  /** The same seed chooses the same among the same number of requests; 0 by default. */
  readonly seed?: number | undefined
  /** The first that chooses a request decides. */
  readonly rules: readonly FaultRule[]
}

export interface FaultRule {
  readonly fault: FaultName
  /** Of the requests, from 0 to 1. */
  readonly share: number
  /** By default all. */
  readonly operations?: readonly string[] | undefined
  /** Of `latency`. */
  readonly milliseconds?: number | undefined
}

const plan: z.ZodType<FaultPlan> = z.strictObject({
  seed: z.int().min(0).optional(),
  rules: z
    .array(
      z.strictObject({
        fault: z.enum(faultNames as [FaultName, ...FaultName[]]),
        share: z.number().min(0).max(1),
        operations: z.array(z.string().min(1)).min(1).optional(),
        milliseconds: z.int().min(1).max(600_000).optional(),
      }),
    )
    .min(1),
})

/** Reads a plan as JSON. @throws CryptoError INVALID_INPUT that says where it is wrong */
export function parseFaultPlan(text: string): FaultPlan {
  const { success, data, error } = plan.safeParse(parseJson(text))
  if (success) return data
  const [issue] = error.issues
  throw new CryptoError('INVALID_INPUT', `The fault plan: ${issue?.path.join('.') || 'it'}: ${issue?.message}`)
}

/** A fault that a request was chosen for. */
export interface ChosenFault extends InjectedFault {
  readonly name: FaultName
  readonly delayMs: number
}

/** Says of one request after another what goes wrong with it. */
export class FaultInjector {
  requests = 0
  injected = 0
  readonly #plan: FaultPlan

  constructor(plan: FaultPlan) {
    this.#plan = plan
  }

  choose(operation: string): ChosenFault | undefined {
    const number = this.requests++
    const rule = this.#plan.rules.find((rule, index) => this.#isChosen(rule, operation, `${number}/${index}`))
    if (!rule) return undefined
    this.injected++
    return { ...injectedFaults[rule.fault], name: rule.fault, delayMs: rule.milliseconds ?? 0 }
  }

  #isChosen({ share, operations }: FaultRule, operation: string, place: string): boolean {
    return (!operations || operations.includes(operation)) && chance(`${this.#plan.seed ?? 0}/${place}`) < share
  }
}

/** The same number from 0 to below 1 for the same text. */
function chance(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CryptoError('INVALID_INPUT', 'The fault plan is not JSON')
  }
}
