import type { Terminal } from '../terminal.js'
import { parseSopArguments } from './arguments.js'
import { explainFailure } from './explain-failure.js'
import { Indirect } from './indirect.js'
import { SOP_EXIT_CODES, SopError } from './sop-error.js'
import type { Subcommand } from './subcommand.js'
import { subcommands } from './subcommands/index.js'

/**
 * The Stateless OpenPGP command line (draft-dkg-openpgp-stateless-cli), which keeps nothing and trusts only what it is
 * given. Gives the exit code; never throws. Nothing comes out before it is known to be right.
 */
export async function runSop([name = '', ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === '' || name === 'help' || name === '--help')
    return help(terminal, name === '' ? 'MISSING_ARG' : undefined)
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  try {
    if (!subcommand) throw new SopError('UNSUPPORTED_SUBCOMMAND', 'No such subcommand: sop help')
    if (args[0] === '--help') return help(terminal, undefined, [subcommand])
    const output = await subcommand.run(parseSopArguments(args, subcommand), new Indirect(terminal))
    await write(terminal, output)
    return 0
  } catch (error) {
    const { failure, message } = explainFailure(error, subcommand?.failures)
    terminal.stderr.write(`${failure}: ${message}\n`)
    return SOP_EXIT_CODES[failure]
  }
}

function help(
  { stdout, stderr }: Terminal,
  failure: 'MISSING_ARG' | undefined,
  shown: readonly Subcommand[] = Object.values(subcommands),
): number {
  const lines = shown.map(({ usage }) => `  sop ${usage}\n`).join('')
  ;(failure ? stderr : stdout).write(`Usage:\n${lines}`)
  return failure ? SOP_EXIT_CODES[failure] : 0
}

async function write({ stdout }: Terminal, output: Uint8Array | string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stdout.write(output, (error) => (error ? reject(error) : resolve()))
  })
}
