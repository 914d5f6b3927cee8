import { type Arguments, HELP, parseArguments } from './arguments.js'
import { describe, exitCodeOf } from './failure.js'
import { InputError } from './input-error.js'
import { inspectTable } from './table.js'

// A reader that has seen enough, such as `head`, does not end the work.
process.stdout.on('error', () => undefined)
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new InputError('Interrupted', 130)))
process.once('SIGTERM', () => interrupted.abort(new InputError('Interrupted', 143)))

try {
  const options = parseArguments(process.argv.slice(2))
  if (options.help) console.log(HELP)
  else await start(options)
} catch (error) {
  console.error(`error: ${describe(error)}`)
  process.exitCode = exitCodeOf(error)
}

/** The libraries take longer to load than a mistake in the file takes to find. */
async function start(options: Arguments): Promise<void> {
  const table = options.check ? undefined : await inspectTable(options)
  const { run } = await import('./run.js')
  await run(options.out, table, interrupted.signal)
}
