import { fileURLToPath } from 'node:url'
import { writeFileAtomic } from '@parasol/core/files'
import { stringify } from 'csv-stringify/sync'
import { CUSTOMER_COLUMNS, syntheticCustomers } from './synthetic-customers.js'

/** Makes customers.csv anew: `node examples/customers/dist/write-customers.js`. */
const path = fileURLToPath(new URL('../customers.csv', import.meta.url))
await writeFileAtomic(path, stringify([CUSTOMER_COLUMNS, ...syntheticCustomers(1000)]), { mode: 0o644 })
