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
  const [empty, version, name, operation, batch, ...rest] = path.split('/')
  const isBatch = batch === 'batch'
  if (
    empty !== '' ||
    version !== 'v1' ||
    !name ||
    !isOperation(operation) ||
    (batch !== undefined && !isBatch) ||
    rest.length > 0
  ) {
    throw new HttpFault('NOT_FOUND')
  }
  if (method !== 'POST') throw new HttpFault('METHOD_NOT_ALLOWED')
  return { useCase: decodeName(name), operation, isBatch }
}

function decodeName(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    throw new HttpFault('NOT_FOUND')
  }
}
