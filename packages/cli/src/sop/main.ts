import { processTerminal } from '../terminal.js'
import { runSop } from './run-sop.js'

process.exitCode = await runSop(process.argv.slice(2), processTerminal())
