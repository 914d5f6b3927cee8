import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'

/**
 * Does work whose HTTP requests are destroyed, with their connections, when the signal aborts.
 *
 * For a client that cannot be aborted, and whose own time limit does not end an answer that trickles in over a connection
 * used before: without this, each such call would leave a connection open.
 */
export async function destroyRequestsOnAbort<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  subscribeOnce()
  const call: Call = { requests: [], signal }
  const destroy = (): void => {
    for (const request of call.requests) request.destroy()
  }
  signal.addEventListener('abort', destroy, { once: true })
  try {
    return await calls.run(call, work)
  } finally {
    signal.removeEventListener('abort', destroy)
  }
}

interface Call {
  readonly requests: ClientRequest[]
  readonly signal: AbortSignal
}

const calls = new AsyncLocalStorage<Call>()
let subscribed = false

/** Node announces every request that it starts, in the asynchronous context of whoever started it. */
function subscribeOnce(): void {
  if (subscribed) return
  subscribed = true
  subscribe('http.client.request.start', (message) => noteRequest((message as { request: ClientRequest }).request))
}

function noteRequest(request: ClientRequest): void {
  const call = calls.getStore()
  if (call?.signal.aborted) request.destroy()
  else call?.requests.push(request)
}
