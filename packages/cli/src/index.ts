export { exitCodes } from './exit-codes.js'
export { createProgram, createWholeProgram } from './program.js'
export { run } from './run.js'
export type { Terminal } from './terminal.js'
