import { ServiceError } from './service-error.js'

/** Gives what the service answered, or why it refused. */
export async function readAnswer(response: Response): Promise<unknown> {
  const { status } = response
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok && typeof answer === 'object' && answer !== null) return answer
  const { code, message, requestId } = isRefusal(answer) ? answer : notOfTheService
  return new ServiceError(`${message} (${code}, HTTP ${status})`, { status, code, requestId })
}

/** Node's own error has the address, and nothing of the body. */
export function unanswered(cause: unknown, isLate: boolean): ServiceError {
  const code = isLate ? 'TIMEOUT' : 'UNREACHABLE'
  const message = isLate ? 'The service did not answer in time' : 'The service cannot be reached'
  return new ServiceError(message, { status: 0, code, requestId: '', cause })
}

interface Refusal {
  readonly code: string
  readonly message: string
  readonly requestId: string
}

const notOfTheService: Refusal = {
  code: 'MALFORMED_ANSWER',
  message: 'Something that is not the service answered',
  requestId: '',
}

function isRefusal(answer: unknown): answer is Refusal {
  const { code, message, requestId } = (answer ?? {}) as Record<string, unknown>
  return [code, message, requestId].every((each) => typeof each === 'string')
}
