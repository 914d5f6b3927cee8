import type { KeyService } from './key-service.js'
import type { Parameters } from './parameters.js'
import type { Identity } from './principals.js'

/** One operation: reads its parameters, does its work and gives the fields of its answer beside the request id. */
export type Operation = (service: KeyService, parameters: Parameters, caller: Identity) => Promise<object> | object

/** Operations by the name of their action. */
export type OperationTable = Readonly<Record<string, Operation>>

/** For operations whose answer holds the request id alone. */
export async function done(work: Promise<void>): Promise<object> {
  await work
  return {}
}

/** One page of a list, and the fields that say which. */
export function paginate<T>(all: readonly T[], parameters: Parameters): { page: object; items: readonly T[] } {
  const PageNumber = parameters.integer('PageNumber', { min: 1, max: 999_999_999, fallback: 1 })
  const PageSize = parameters.integer('PageSize', { min: 1, max: 100, fallback: 10 })
  const start = (PageNumber - 1) * PageSize
  return { page: { TotalCount: all.length, PageNumber, PageSize }, items: all.slice(start, start + PageSize) }
}
