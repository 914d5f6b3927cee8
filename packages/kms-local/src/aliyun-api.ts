import { aliasOperations } from './alias-operations.js'
import { asymmetricOperations } from './asymmetric-operations.js'
import { cryptoOperations } from './crypto-operations.js'
import { exportOperations } from './export-operations.js'
import { importOperations } from './import-operations.js'
import { keyOperations } from './key-operations.js'
import { macOperations } from './mac-operations.js'
import type { Operation } from './operation.js'
import { serviceOperations } from './service-operations.js'
import { stsOperations } from './sts-operations.js'
import { tagOperations } from './tag-operations.js'
import { versionOperations } from './version-operations.js'

const uses = { ...cryptoOperations, ...exportOperations, ...asymmetricOperations, ...macOperations }

/** Operations that change nothing, of which a request may ask what would become of it. */
export const dryRunOperations: ReadonlySet<string> = new Set(Object.keys(uses))

/**
 * The operations of Alibaba Cloud KMS, version 2016-01-20, that this service offers, by the name of their action.
 * Fields, limits and list nesting are as documented; absent fields are left out.
 */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...uses,
    ...importOperations,
    ...keyOperations,
    ...versionOperations,
    ...aliasOperations,
    ...tagOperations,
    ...serviceOperations,
  }),
)

/** The operations of each service that is answered here, by the version of its API. */
export const apis: ReadonlyMap<string, ReadonlyMap<string, Operation>> = new Map([
  ['2016-01-20', operations],
  ['2015-04-01', new Map(Object.entries(stsOperations))],
])

export function isAction(name: string): boolean {
  return [...apis.values()].some((api) => api.has(name))
}
