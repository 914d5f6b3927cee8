/** How much work a proof does: the short form takes seconds and runs in CI, the full one as long as it needs. */
export type Scale = 'short' | 'full'

export interface ProofContext {
  readonly scale: Scale
  /** What random choices begin with; printed, so that a run can be repeated. */
  readonly seed: number
  /** Tells a person at a terminal how far the work has come; says nothing elsewhere. */
  progress(done: number, total: number): void
}

/** What a proof found. `figures` are numbers or short strings and hold no values that were protected. */
export interface Finding {
  readonly figures: Readonly<Record<string, number | string>>
  readonly holds: boolean
}

/**
 * A claim that is a command: `npm run prove -- <name>`. Each has a control, the same measurement of something that is
 * known to be broken, which must not hold: a proof that cannot fail proves nothing.
 */
export interface Proof {
  readonly name: string
  /** The claim, as a sentence. */
  readonly claim: string
  /** When the claim holds, in terms of the figures. */
  readonly goal: string
  /** The platforms on which it can be measured; all if absent. */
  readonly platforms?: readonly NodeJS.Platform[]
  /** A program that it needs and that is not installed here. */
  readonly needs?: string | undefined
  measure(context: ProofContext): Promise<Finding>
  control(context: ProofContext): Promise<Finding>
}

/** What is printed, as one line of JSON. */
export interface Verdict {
  readonly proof: string
  readonly scale: Scale
  readonly seed: number
  readonly figures: Finding['figures']
  readonly goal: string
  readonly control: Finding['figures']
  readonly pass: boolean
  readonly why?: string
  readonly seconds: number
}

/**
 * Runs the control first, then the measurement; passes if the control does not hold and the measurement does. A proof
 * that breaks off has proved nothing, so it does not pass.
 */
export async function prove(proof: Proof, context: ProofContext): Promise<Verdict> {
  const started = performance.now()
  const control = await find('the control', () => proof.control(context))
  const finding = await find('the measurement', () => proof.measure(context))
  const why = control.broke ?? finding.broke ?? complaint(control.holds, finding.holds)
  return {
    proof: proof.name,
    scale: context.scale,
    seed: context.seed,
    figures: finding.figures,
    goal: proof.goal,
    control: control.figures,
    pass: why === undefined,
    ...(why === undefined ? {} : { why }),
    seconds: Math.round((performance.now() - started) / 100) / 10,
  }
}

function complaint(controlHolds: boolean, holds: boolean): string | undefined {
  if (controlHolds) return 'the control did not fail'
  return holds ? undefined : 'the claim does not hold'
}

async function find(what: string, work: () => Promise<Finding>): Promise<Finding & { broke?: string }> {
  try {
    return await work()
  } catch (error) {
    console.error(error)
    return { figures: {}, holds: false, broke: `${what} broke off` }
  }
}
