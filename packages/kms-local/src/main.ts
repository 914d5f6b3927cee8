import { CryptoError } from '@parasol/core'
import { grant, listAccess, revoke } from './grant.js'
import { serve, verify } from './serve.js'
import { parseServeArguments, USAGE, UsageError } from './serve-arguments.js'
import { runStoreCommand, STORE_USAGE } from './store-commands.js'

// A debugger that is attached by this signal would read every key.
process.on('SIGUSR1', () => undefined)

const commands = { serve, verify, grant, revoke, access: listAccess }

try {
  const args = process.argv.slice(2)
  if (!(await runStoreCommand(args, process.env))) await runServerCommand(args)
} catch (error) {
  if (error instanceof UsageError) fail(2, `${error.message}\nTry: parasol-kms --help`)
  else fail(1, CryptoError.is(error) ? error.message : 'Internal failure')
}

async function runServerCommand(args: string[]): Promise<void> {
  const options = parseServeArguments(args, process.env)
  if (options) await commands[options.command](options)
  else process.stdout.write(`${USAGE}${STORE_USAGE}`)
}

function fail(code: number, message: string): void {
  process.stderr.write(`error: ${message}\n`)
  process.exitCode = code
}
