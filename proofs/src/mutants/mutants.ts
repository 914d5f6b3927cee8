import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { catalogue, harmless, type Mutant } from './catalogue.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))
const SHORT = 12
const AT_ONCE = 2
const MIN_APPLIED = 0.9
const PATIENCE_MS = 120_000

export const mutants: Proof = {
  name: 'mutants',
  claim:
    'Mistakes that would cost security, made on purpose in the compiled code, are noticed by the tests that say so',
  goal: 'killed = applied; code has moved away from at most a tenth of the catalogue',
  measure: (context) => killAll(context.scale === 'full' ? catalogue : draw(SHORT, context), context),

  /** Changes that change nothing must be noticed by no test set; one that notices one would notice all. */
  async control(context) {
    const { figures } = await killAll(harmless, context)
    return { figures, holds: figures['killed'] !== 0 || figures['applied'] !== harmless.length }
  },
}

const outcomes = new Map([
  [0, 'survived'],
  [3, 'killed'],
  [4, 'moved'],
] as const)

async function killAll(chosen: readonly Mutant[], { progress }: ProofContext): Promise<Finding> {
  const [survivors, gone]: [string[], string[]] = [[], []]
  const tally = { survived: 0, killed: 0, moved: 0 }
  const waiting = [...chosen]
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const outcome = await run(mutant)
      tally[outcome]++
      if (outcome === 'survived') survivors.push(mutant.mistake)
      if (outcome === 'moved') gone.push(mutant.mistake)
      progress(chosen.length - waiting.length, chosen.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const applied = chosen.length - tally.moved
  return {
    figures: {
      mutants: chosen.length,
      applied,
      killed: tally.killed,
      survivors: survivors.join('; '),
      moved: gone.join('; '),
    },
    holds: tally.killed === applied && applied >= MIN_APPLIED * chosen.length,
  }
}

/** Code that does not even run, for whatever reason, is noticed by everybody. */
async function run({ file, find, replace, killedBy }: Mutant): Promise<'survived' | 'killed' | 'moved'> {
  const path = file.replace('/', '/dist/')
  const child = spawn(process.execPath, [CHILD, path, find, replace, killedBy], {
    stdio: 'ignore',
    timeout: PATIENCE_MS,
  })
  const [code] = await once(child, 'close')
  return outcomes.get(code) ?? 'killed'
}

function draw(count: number, { seed }: ProofContext): readonly Mutant[] {
  const random = randomFrom(seed)
  const rest = [...catalogue]
  return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(random.below(rest.length), 1)).flat()
}
