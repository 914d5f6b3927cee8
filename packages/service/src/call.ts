import type { Caller, Operation } from './callers.js'

/** A request that was let in. */
export interface Call {
  readonly id: string
  readonly caller: Caller
  readonly useCase: string
  readonly operation: Operation
}
