// Imports a file into a key ring: for tests of several processes.
import { readFileSync } from 'node:fs'
import { KeyRing } from '@parasol/backend-gpg'

const [folder, file] = process.argv.slice(2)
await new KeyRing(folder).import(readFileSync(file))
