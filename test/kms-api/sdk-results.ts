import { readFileSync, writeFileSync } from 'node:fs'
import type { SdkClient } from './sdk-clients.js'

const FILE = new URL('sdk-results.json', import.meta.url)

/** What SDKs of other languages were answered, by hand and on a day. */
export interface SdkResults {
  readonly date: string
  readonly node: string
  readonly sdks: readonly {
    readonly name: string
    readonly language: string
    readonly requests: string
    readonly cases: number
    readonly operations: number
    readonly typed: number
  }[]
}

export function readResults(): SdkResults {
  return JSON.parse(readFileSync(FILE, 'utf8'))
}

export function writeResults(clients: readonly SdkClient[], cases: number, operations: number): void {
  const sdks = clients.map(({ sdk: { name, language, requests }, counts: { typed } }) => {
    return { name, language, requests, cases, operations, typed }
  })
  const results: SdkResults = { date: new Date().toISOString().slice(0, 10), node: process.version.slice(1), sdks }
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`)
}
