import { proofs } from './proofs.js'
import { runProofs } from './run-proofs.js'

const { log, error } = console
process.exitCode = await runProofs(process.argv.slice(2), proofs, { print: log, complain: error })
