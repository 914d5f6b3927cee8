import { type Command, CommanderError } from 'commander'
import { createProgram } from './program.js'
import { explainError, reportError } from './report-error.js'
import type { Terminal } from './terminal.js'

/** Runs a command line in a terminal. Gives the exit code; never throws. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [group, first] = args
  // Its command line, and what it ends with, are those of another standard.
  if (group === 'sop' && first !== undefined && !/^(-h|--help)$/.test(first)) {
    return (await import('./sop/run-sop.js')).runSop(args.slice(1), terminal)
  }
  const program = await createProgram(terminal, args)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.code.startsWith('commander.help')) return error.exitCode === 0 ? 0 : 2
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const failure = await explainError(terminal, error, namedCommand(program, args))
    return reportError(terminal, failure, args.includes('--json'))
  }
}

/** The command that the arguments name, as far as there is one. */
function namedCommand(program: Command, args: readonly string[]): string {
  const names = [program.name()]
  let command: Command | undefined = program
  for (const arg of args) {
    command = command.commands.find((each) => each.name() === arg)
    if (!command) break
    names.push(arg)
  }
  return names.join(' ')
}
