import { CryptoError } from '@parasol/core'
import { CommanderError } from 'commander'
import { exitCodes } from './exit-codes.js'
import { interrupted } from './interrupted.js'
import { createProgram } from './program.js'

process.stdout.on('error', () => undefined)
process.exitCode = await main()

async function main(): Promise<number> {
  try {
    await createProgram().parseAsync()
    return 0
  } catch (error) {
    // Commander has said already what is wrong, and help is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { message, code } = describe(interrupted.aborted ? interrupted.reason : error)
    process.stderr.write(`error: ${message}\n`)
    return code
  }
}

/** What nobody foresaw may repeat values: only its kind is shown. */
function describe(error: unknown): { readonly message: string; readonly code: number } {
  if (CryptoError.is(error)) return { message: error.message, code: exitCodes[error.code] }
  const { name = 'Error', code } = Object(error) as { name?: string; code?: string }
  return { message: `Something unexpected happened (${code ?? name})`, code: 1 }
}
