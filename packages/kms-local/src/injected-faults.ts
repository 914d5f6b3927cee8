import type { ServerResponse } from 'node:http'
import type { FaultCode } from './faults.js'

/** What goes wrong with a request: it is refused before it is performed, or its answer does not come as it should. */
export interface InjectedFault {
  readonly refusal?: FaultCode
  /** Takes the place of answering. */
  readonly spoil?: (response: ServerResponse, status: number, text: string) => unknown
}

/** What networks, gateways and a busy KMS do, by name. */
const faults = {
  /** Answers as it should, later. */
  latency: {},
  throttling: { refusal: 'Rejected.Throttling' },
  unavailable: { refusal: 'ServiceUnavailableTemporary' },
  failure: { refusal: 'InternalFailure' },
  'key-unavailable': { refusal: 'Rejected.Unavailable' },
  'access-key-disabled': { refusal: 'Forbidden.AccessKey' },
  'not-enabled': { refusal: 'Forbidden.KmsServiceNotEnabled' },
  'risk-control': { refusal: 'Forbidden.ProhibitedByRiskControl' },
  'in-debt': { refusal: 'Forbidden.InDebt' },
  'in-debt-overdue': { refusal: 'Forbidden.InDebtOverdue' },
  'bad-gateway': { spoil: say(502, '<html>Bad gateway</html>') },
  page: { spoil: say(200, '<html>Sign in</html>') },
  redirect: { spoil: (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end() },
  reset: { spoil: (response) => response.socket?.resetAndDestroy() },
  close: { spoil: (response) => response.socket?.end() },
  'reset-midway': {
    spoil: (response, _status, text) => {
      sendHalf(response, text)
      setImmediate(() => response.socket?.resetAndDestroy())
    },
  },
  hang: { spoil: () => undefined },
  stall: { spoil: (response, _status, text) => sendHalf(response, text) },
  truncated: { spoil: (response, _status, text) => response.end(text.slice(0, -10)) },
  empty: { spoil: say(200, '{}') },
  list: { spoil: say(200, '[]') },
  'no-base64': { spoil: change((fields) => ({ ...fields, CiphertextBlob: 'no base64', Plaintext: 'AAB=' })) },
  'wrong-types': { spoil: change((fields) => ({ ...fields, CiphertextBlob: '', Plaintext: 7 })) },
} as const satisfies Record<string, InjectedFault>

const TRANSIENT: ReadonlySet<FaultCode> = new Set([
  'Rejected.Throttling',
  'ServiceUnavailableTemporary',
  'InternalFailure',
])

export type FaultName = keyof typeof faults

export const injectedFaults: Readonly<Record<FaultName, InjectedFault>> = faults

export const faultNames = Object.keys(faults) as readonly FaultName[]

/** What a request meets that may succeed when it is made again. */
export const transientFaultNames: readonly FaultName[] = faultNames.filter((name) => {
  const { refusal } = injectedFaults[name]
  return name !== 'latency' && (refusal === undefined || TRANSIENT.has(refusal))
})

function say(status: number, body: string) {
  return (response: ServerResponse): unknown =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

/** Of an answer in JSON; one in XML comes as it is. */
function change(edit: (fields: Record<string, unknown>) => object) {
  return (response: ServerResponse, status: number, text: string): unknown =>
    response.writeHead(status).end(text.startsWith('{') ? JSON.stringify(edit(JSON.parse(text))) : text)
}

function sendHalf(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-length': Buffer.byteLength(text) }).write(text.slice(0, text.length / 2))
}
