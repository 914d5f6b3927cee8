export { plugin } from './through-kms.js'

const imports = globalThis as { importsOfRecorded?: number }
imports.importsOfRecorded = (imports.importsOfRecorded ?? 0) + 1
