import { parseArgs } from 'node:util'
import { CryptoError } from '@parasol/core'
import type { RequestReport } from './app.js'
import { createApiKey, hashApiKey } from './callers.js'
import { openService } from './open-service.js'
import { describeError, writeLog } from './operator-log.js'
import type { RunningService } from './service.js'

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
  // A signal would open the inspector, which shows every key in memory.
  process.on('SIGUSR1', () => undefined)
  try {
    const service = await openService(options.config, { onRequest: logFailure, onTrouble: logTrouble })
    writeLog('info', 'listening', { url: service.url, pid: process.pid })
    return await untilStopped(service)
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

async function untilStopped(service: RunningService): Promise<number> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve)
  })
  writeLog('info', 'stopping', { signal })
  await service.close()
  writeLog('info', 'stopped')
  return 0
}

function logFailure({ status, error, ...report }: RequestReport): void {
  if (status >= 500) writeLog('error', 'request failed', { ...report, status, error: describeError(error) })
}

function logTrouble(error: CryptoError): void {
  writeLog('error', 'a log cannot be written', { error: describeError(error) })
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

function fail(text: string, code: number): number {
  process.stderr.write(text)
  return code
}
