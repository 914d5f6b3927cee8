import { parseArgs } from 'node:util'
import { CryptoError } from '@parasol/core'
import { createApiKey, hashApiKey } from './callers.js'
import { describeError } from './operator-log.js'
import { serve } from './serve.js'

const USAGE = `Usage: parasol-service [--config FILE]

Serves the use cases of parasol.yaml over HTTP. Its section "service" says to whom and where.

  --config FILE   the configuration; by default that in PARASOL_CONFIG, else parasol.yaml here
  --new-key       print a new API key and what to write under "keyHashes", and end
  --help          print this, and end

SIGTERM and SIGINT end it when the requests under way are answered; a second one ends it at once.
`

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (!options) return fail(USAGE, 2)
  if (options.help) return print(USAGE)
  if (options['new-key']) return printNewKey()
  const stop = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort())
  try {
    await serve({ config: options.config, signal: stop.signal, output: process.stdout })
    return 0
  } catch (error) {
    return fail(CryptoError.is(error) ? `${error.message}\n` : `${JSON.stringify(describeError(error))}\n`, 1)
  }
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, help: { type: 'boolean' }, 'new-key': { type: 'boolean' } },
    }).values
  } catch {
    return undefined
  }
}

function printNewKey(): number {
  const key = createApiKey()
  return print(`key:       ${key}\nkeyHashes: [${hashApiKey(key)}]\n`)
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

function fail(text: string, code: number): number {
  process.stderr.write(text)
  return code
}
