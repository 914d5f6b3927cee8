import { createHmac, timingSafeEqual } from 'node:crypto'

/** Where a chain of events stands: what follows continues from here. */
export interface ChainState {
  /** Of the events so far, in the file. */
  readonly bytes: number
  readonly events: number
  /** Of the last event, in hexadecimal. */
  readonly mac: string
}

export const CHAIN_START: ChainState = { bytes: 0, events: 0, mac: '0'.repeat(64) }

/**
 * A line of the audit log: `<mac> <event as JSON>`, where the mac is HMAC-SHA256 over the mac of the line before and the
 * event. Only who opens the store can make one, and none can be changed, moved or left out without breaking the next.
 */
export function link(key: Uint8Array, state: ChainState, event: object): { line: string; next: ChainState } {
  const json = JSON.stringify(event)
  const mac = macOf(key, state.mac, json)
  const line = `${mac} ${json}\n`
  return { line, next: { bytes: state.bytes + Buffer.byteLength(line), events: state.events + 1, mac } }
}

/** The state after a line; undefined if the line does not continue the chain. */
export function follow(key: Uint8Array, state: ChainState, line: string): ChainState | undefined {
  const expected = macOf(key, state.mac, line.slice(65))
  const given = line.slice(0, 64)
  if (
    given.length !== 64 ||
    line[64] !== ' ' ||
    !timingSafeEqual(Buffer.from(given.padEnd(64)), Buffer.from(expected))
  ) {
    return undefined
  }
  return { bytes: state.bytes + Buffer.byteLength(line) + 1, events: state.events + 1, mac: expected }
}

/** A checkpoint as text, which only who opens the store can make. */
export function sealCheckpoint(key: Uint8Array, state: ChainState): string {
  const json = JSON.stringify(state)
  return `${macOf(key, 'checkpoint', json)} ${json}\n`
}

export function openCheckpoint(key: Uint8Array, text: string): ChainState | undefined {
  const json = text.slice(65).trimEnd()
  return text === `${macOf(key, 'checkpoint', json)} ${json}\n` ? JSON.parse(json) : undefined
}

function macOf(key: Uint8Array, previous: string, json: string): string {
  return createHmac('sha256', key).update(`${previous} ${json}`).digest('hex')
}
