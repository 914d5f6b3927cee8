import { readFileSync } from 'node:fs'
import type { ApiClient } from './clients.js'
import { LineDriver } from './line-driver.js'

/** An SDK of another language: a program that calls it, as `npm run compatibility:sdks` has built it. */
export interface Sdk {
  /** With its version: `com.aliyun:kms20160120 1.2.3`. */
  readonly name: string
  /** With its version. */
  readonly language: string
  /** How its requests are made. */
  readonly requests: string
  readonly command: readonly string[]
}

/** A client that counts what it was asked, and how often by a method that the SDK has for the operation. */
export interface SdkClient extends ApiClient {
  readonly sdk: Sdk
  readonly counts: { requests: number; typed: number }
  end(): void
}

/** @param path a file with a list of `Sdk`; without one there are none */
export function sdkClients(path: string | undefined): readonly SdkClient[] {
  if (path === undefined) return []
  return (JSON.parse(readFileSync(path, 'utf8')) as readonly Sdk[]).map(clientOf)
}

function clientOf(sdk: Sdk): SdkClient {
  const driver = new LineDriver(sdk.command)
  const counts = { requests: 0, typed: 0 }
  return {
    name: sdk.name,
    isThere: true,
    sdk,
    counts,
    call: async (target, action, fields) => {
      const { typed = false, ...reply } = await driver.ask({ ...target, action, fields })
      counts.requests += 1
      if (typed) counts.typed += 1
      if (reply.status === 0) throw new Error(String(reply.body['failed']))
      return reply
    },
    end: () => driver.end(),
  }
}
