import { KmsFault } from './faults.js'
import type { Parameters } from './parameters.js'

/** Whether the request asks what would become of it, rather than to be done. @throws KmsFault InvalidParameter */
export function isDryRun(parameters: Parameters): boolean {
  return parameters.flag('DryRun', { fallback: false })
}

/** Does what changes nothing, keeps its answer back, and says what would have become of it. @throws KmsFault always */
export async function tryOut(work: () => Promise<object> | object): Promise<never> {
  await Promise.resolve().then(work).catch(refuse)
  throw new KmsFault('DryRunOperationError')
}

function refuse(error: unknown): never {
  if (!(error instanceof KmsFault)) throw error
  throw new KmsFault(error.fault === 'Forbidden.NoPermission' ? 'AccessDeniedError' : 'ValidationError')
}
