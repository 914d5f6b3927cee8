import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Caller, callerOfKey, requireDistinct } from './callers.js'
import { callerOfCertificate } from './client-certificate.js'
import { HttpFault } from './http-fault.js'

/** Says who sends a request. @throws HttpFault UNAUTHORIZED */
export type Identify = (request: IncomingMessage) => Caller

export const LOOPBACK: RegExp = /^(127(\.\d{1,3}){3}|::1|localhost)$/

/**
 * By API key, or without one by the certificate of the connection.
 *
 * @throws CryptoError INVALID_CONFIG if the callers cannot be told apart
 */
export function identifyCallers(callers: readonly Caller[]): Identify {
  requireDistinct(callers)
  const ofKey = callerOfKey(callers)
  const ofCertificate = callerOfCertificate(callers)
  const known = new WeakMap<Socket, Caller>()
  return ({ headers, socket }) => {
    if (headers.authorization !== undefined) return ofKey(headers.authorization)
    const caller = known.get(socket) ?? ofCertificate(socket)
    if (!caller) return ofKey(undefined)
    known.set(socket, caller)
    return caller
  }
}

export function identifyAnyone(anyone: Caller): Identify {
  return ({ headers }) => {
    // A web page can give its own name this machine's address, and would then be let in.
    if (!LOOPBACK.test((headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))) {
      throw new HttpFault('MISDIRECTED')
    }
    return anyone
  }
}
