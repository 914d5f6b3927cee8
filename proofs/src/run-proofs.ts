import { parseArgs } from 'node:util'
import { type Proof, type ProofContext, prove } from './proof.js'
import { newSeed } from './random.js'

const HELP = `Usage: npm run prove -- NAME... [--full] [--seed N]   run these proofs
       npm run prove -- --all [--full] [--seed N]     run every proof
       npm run prove                                  list them

Each proof prints one line of JSON, and the command exits with 0 if all of them hold, 1 if one does not,
2 if it was called wrongly. The short form takes seconds; --full as long as it needs. A seed repeats the
random choices of an earlier run.`

export interface Output {
  print(line: string): void
  complain(line: string): void
}

/** The command: runs the proofs that the arguments name, one after the other, and gives its exit code. */
export async function runProofs(args: readonly string[], proofs: readonly Proof[], output: Output): Promise<number> {
  const parsed = readArguments(args, proofs)
  if ('mistake' in parsed) {
    output.complain(parsed.mistake)
    return 2
  }
  if ('text' in parsed) {
    output.print(parsed.text)
    return 0
  }
  const passes: boolean[] = []
  for (const proof of parsed.chosen) passes.push(await run(proof, parsed, output))
  return passes.every(Boolean) ? 0 : 1
}

type Parsed =
  | { readonly mistake: string }
  | { readonly text: string }
  | { readonly chosen: readonly Proof[]; readonly scale: ProofContext['scale']; readonly seed: number }

function readArguments(args: readonly string[], proofs: readonly Proof[]): Parsed {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    return { mistake: `${(error as Error).message}\n\n${HELP}` }
  }
  const { values, positionals } = parsed
  if (values.help) return { text: HELP }
  const names = values.all ? proofs.map(({ name }) => name) : positionals
  if (names.length === 0) return { text: list(proofs) }
  const unknown = names.filter((name) => !proofs.some((proof) => proof.name === name))
  if (unknown.length > 0) return { mistake: `No proof ${unknown.join(', ')}: npm run prove lists them` }
  const seed = values.seed === undefined ? newSeed() : Number(values.seed)
  if (!Number.isSafeInteger(seed)) return { mistake: 'A seed is a whole number' }
  const chosen = proofs.filter(({ name }) => names.includes(name))
  return { chosen, scale: values.full ? 'full' : 'short', seed }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      full: { type: 'boolean' },
      all: { type: 'boolean' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
}

async function run(proof: Proof, options: Omit<ProofContext, 'progress'>, output: Output): Promise<boolean> {
  const { name, platforms, needs } = proof
  if (needs !== undefined) {
    output.print(JSON.stringify({ proof: name, skipped: `needs ${needs}` }))
    // Where everything is meant to be installed, what is not proved does not pass.
    return !process.env['CI']
  }
  if (platforms && !platforms.includes(process.platform)) {
    output.print(JSON.stringify({ proof: name, skipped: `measured on ${platforms.join(', ')} only` }))
    return true
  }
  const verdict = await prove(proof, { ...options, progress: progressOf(name) })
  output.print(JSON.stringify(verdict))
  return verdict.pass
}

function progressOf(name: string): ProofContext['progress'] {
  if (!process.stderr.isTTY) return () => undefined
  return (done, total) => {
    process.stderr.write(`\r\x1b[K${done + 1 < total ? `${name}: ${Math.floor((100 * done) / total)} %` : ''}`)
  }
}

function list(proofs: readonly Proof[]): string {
  const width = Math.max(...proofs.map(({ name }) => name.length))
  return proofs.map(({ name, claim }) => `${name.padEnd(width)}  ${claim}`).join('\n')
}
