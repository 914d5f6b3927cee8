import { isOperation, type Operation } from './callers.js'
import { HttpFault } from './http-fault.js'

/** What a path asks for. */
export interface Route {
  readonly useCase: string
  readonly operation: Operation
  readonly isBatch: boolean
}

/**
 * `/v1/{useCase}/{operation}`, or the same and `/batch`. A use case may be percent-encoded.
 *
 * @throws HttpFault NOT_FOUND, METHOD_NOT_ALLOWED
 */
export function parseRoute(method: string | undefined, path: string): Route {
  const parts = path.split('/', MOST_PARTS)
  const [empty, version, name, operation, batch] = parts
  const isBatch = batch === 'batch'
  const isKnown = empty === '' && version === 'v1' && isOperation(operation) && (batch === undefined || isBatch)
  if (!isKnown || !name || parts.length === MOST_PARTS) throw new HttpFault('NOT_FOUND')
  if (method !== 'POST') throw new HttpFault('METHOD_NOT_ALLOWED')
  return { useCase: decodeName(name), operation, isBatch }
}

/** One more than there may be. */
const MOST_PARTS = 6

function decodeName(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    throw new HttpFault('NOT_FOUND')
  }
}
