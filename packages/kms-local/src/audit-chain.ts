import { createHmac, timingSafeEqual } from 'node:crypto'
import { cipherKey } from '@parasol/core'
import type { ChainState, LogLink } from '@parasol/core/files'

/**
 * A line of the audit log: `<mac> <event as JSON>`, where the mac is HMAC-SHA256 in hexadecimal over the mac of the line
 * before and the event. Only who opens the store can make one, and none can be changed, moved or left out without breaking
 * the next.
 *
 * @param key 32 bytes that their owner zeroes
 */
export function macLink(key: Uint8Array): LogLink {
  const linked = ({ hash, next }: ChainState, json: Uint8Array): ChainState => {
    const mac = createHmac('sha256', cipherKey(key))
      .update(`${hash.toString('hex')} `)
      .update(json)
      .digest()
    return { hash: mac, next: next + 1 }
  }
  return {
    format(content, { hash, next }) {
      const mac = createHmac('sha256', cipherKey(key))
        .update(`${hash.toString('hex')} ${content}`)
        .digest('hex')
      return { text: `${mac} ${content}\n`, after: { hash: Buffer.from(mac, 'hex'), next: next + 1 } }
    },
    read(line, before) {
      const content = line.subarray(MAC_TEXT + 1)
      const after = linked(before, content)
      const expected = Buffer.from(`${after.hash.toString('hex')} `)
      const given = line.subarray(0, MAC_TEXT + 1)
      const isNext = given.length === expected.length && timingSafeEqual(given, expected)
      return isNext ? { content, after } : 'is broken'
    },
  }
}

const MAC_TEXT = 64

/** How far the log had come at some time. */
export interface Checkpoint {
  /** Of the events so far, in the file. */
  readonly bytes: number
  readonly events: number
  /** Of the last event, in hexadecimal. */
  readonly mac: string
}

export const NOTHING_NOTED: Checkpoint = { bytes: 0, events: 0, mac: '0'.repeat(64) }

/** A checkpoint as text, which only who opens the store can make. */
export function sealCheckpoint(key: Uint8Array, { bytes, events, mac }: Checkpoint): string {
  const json = JSON.stringify({ bytes, events, mac })
  return `${macOf(key, json)} ${json}\n`
}

export function openCheckpoint(key: Uint8Array, text: string): Checkpoint | undefined {
  const json = text.slice(MAC_TEXT + 1).trimEnd()
  return text === `${macOf(key, json)} ${json}\n` ? JSON.parse(json) : undefined
}

function macOf(key: Uint8Array, json: string): string {
  return createHmac('sha256', key).update(`checkpoint ${json}`).digest('hex')
}
