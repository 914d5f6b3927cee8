import { isOperation, type Operation } from './callers.js'
import { HttpFault } from './http-fault.js'

/** What a path asks for. */
export interface Route {
  readonly useCase: string
  readonly operation: Operation
}

/**
 * `/v1/{useCase}/{operation}`. A use case may be percent-encoded.
 *
 * @throws HttpFault NOT_FOUND, METHOD_NOT_ALLOWED
 */
export function parseRoute(method: string | undefined, path: string): Route {
  const [empty, version, name, operation, ...rest] = path.split('/')
  if (empty !== '' || version !== 'v1' || !name || !isOperation(operation) || rest.length > 0) {
    throw new HttpFault('NOT_FOUND')
  }
  if (method !== 'POST') throw new HttpFault('METHOD_NOT_ALLOWED')
  return { useCase: decodeName(name), operation }
}

function decodeName(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    throw new HttpFault('NOT_FOUND')
  }
}
