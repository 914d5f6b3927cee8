import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Caller, callerOfKey, requireDistinct } from './callers.js'
import { callerOfCertificate } from './client-certificate.js'
import { HttpFault } from './http-fault.js'
import type { ReplayGuard } from './replay-guard.js'
import { callerOfSignature } from './signed-caller.js'

/** Who sends a request, and what he says of its body. */
export interface Identity {
  readonly caller: Caller
  /** @throws HttpFault UNAUTHORIZED if it is not the body that he sent */
  requireBody?(body: Uint8Array): void
}

/** Says who sends a request. @throws HttpFault UNAUTHORIZED */
export type Identify = (request: IncomingMessage) => Identity

export const LOOPBACK: RegExp = /^(127(\.\d{1,3}){3}|::1|localhost)$/

/**
 * By API key; without one by signature; without either by the certificate of the connection.
 *
 * @throws CryptoError INVALID_CONFIG if the callers cannot be told apart
 */
export function identifyCallers(callers: readonly Caller[], replayGuard: ReplayGuard): Identify {
  requireDistinct(callers)
  const ofKey = callerOfKey(callers)
  const ofSignature = callerOfSignature(callers, replayGuard)
  const ofCertificate = callerOfCertificate(callers)
  const known = new WeakMap<Socket, Caller>()
  return (request) => {
    const { headers, socket } = request
    if (headers.authorization !== undefined) return { caller: ofKey(headers.authorization) }
    if (headers['signature'] !== undefined) return ofSignature(request)
    const caller = known.get(socket) ?? ofCertificate(socket)
    if (!caller) return { caller: ofKey(undefined) }
    known.set(socket, caller)
    return { caller }
  }
}

export function identifyAnyone(anyone: Caller): Identify {
  return ({ headers }) => {
    // A web page can give its own name this machine's address, and would then be let in.
    if (!LOOPBACK.test((headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))) {
      throw new HttpFault('MISDIRECTED')
    }
    return { caller: anyone }
  }
}
