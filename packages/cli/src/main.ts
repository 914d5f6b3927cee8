import { CommanderError } from 'commander'
import { exitCodes } from './exit-codes.js'
import { interrupted } from './interrupted.js'
import { createProgram } from './program.js'
import { UsageError } from './usage-error.js'

process.stdout.on('error', () => undefined)
process.exitCode = await main()

async function main(): Promise<number> {
  try {
    await createProgram().parseAsync()
    return 0
  } catch (error) {
    // Commander has said already what is wrong, and help is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { message, code } = await describe(error)
    process.stderr.write(`error: ${message}\n`)
    return code
  }
}

/** What nobody foresaw may repeat values: only its kind is shown. */
async function describe(error: unknown): Promise<{ readonly message: string; readonly code: number }> {
  if (interrupted.aborted) return { message: 'Interrupted', code: exitCodes.ABORTED }
  if (error instanceof UsageError) return { message: error.message, code: exitCodes.INVALID_INPUT }
  const { CryptoError } = await import('@parasol/core')
  if (CryptoError.is(error)) return { message: error.message, code: exitCodes[error.code] }
  const { name = 'Error', code } = Object(error) as { name?: string; code?: string }
  return { message: `Something unexpected happened (${code ?? name})`, code: 1 }
}
