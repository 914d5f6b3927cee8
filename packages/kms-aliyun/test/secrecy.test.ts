import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TransportName } from '@parasol/kms-aliyun'
import { expect, it } from 'vitest'
import * as behaviours from './behaviours.js'
import { type Behaviour, type ScriptedServer, startScriptedServer, transports } from './scripted-server.js'

const script = fileURLToPath(new URL('every-failure.mjs', import.meta.url))
const built = existsSync(new URL('../dist/index.js', import.meta.url))

const faults: readonly Behaviour[] = [
  behaviours.resetBeforeHeaders,
  behaviours.resetAfterHeaders,
  behaviours.closeBeforeHeaders,
  behaviours.hang,
  behaviours.stall,
  behaviours.trickle,
  behaviours.truncatedJson,
  behaviours.gzip,
  behaviours.redirect,
  behaviours.html(502),
  behaviours.refuse(503, 'ServiceUnavailableTemporary'),
  behaviours.refuse(400, 'InvalidParameter'),
  behaviours.refuse(403, 'Forbidden.NoPermission'),
  behaviours.say(200, '{}'),
  behaviours.say(400, '{}'),
  echo(400),
  echo(200),
]

/** A server that repeats the request in its answer, as some proxies do. */
function echo(status: number): Behaviour {
  return ({ response, seen }) => {
    const text = `${seen.url} ${seen.form}`
    response.writeHead(status).end(JSON.stringify({ Code: text, Message: text, RequestId: text, Plaintext: text }))
  }
}

interface Outcome {
  readonly output: string
  readonly server: ScriptedServer
  readonly plaintext: Buffer
}

/** All that a process prints, with debugging on, that meets every fault with every operation. */
async function run(transport: TransportName, calls: number, env: Record<string, string> = {}): Promise<Outcome> {
  const plaintext = randomBytes(24)
  const server = await startScriptedServer({ transport })
  const nowhere = await startScriptedServer({ transport })
  await nowhere[Symbol.asyncDispose]()
  // The fault of each goes through encrypt, generateDataKey and decrypt.
  for (const fault of faults) server.script(fault, fault, fault)
  const args = [script, transport, server.endpoint, nowhere.endpoint, String(calls), plaintext.toString('hex')]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    env: { PATH: process.env['PATH'], DEBUG: '*', ...env },
    maxBuffer: 2 ** 26,
  })
  await server[Symbol.asyncDispose]()
  return { output: stdout + stderr, server, plaintext }
}

function spellings(bytes: Buffer): string[] {
  const base64 = bytes.toString('base64')
  const escaped = [encodeURIComponent(base64), encodeURIComponent(encodeURIComponent(base64))]
  return [base64, ...escaped, bytes.toString('base64url'), bytes.toString('hex'), bytes.toString('latin1')]
}

const needsBuild = built ? '' : ' (needs npm run build)'

it.skipIf(!built).each(transports)(
  `shows neither plaintext nor secrets in any error, in DEBUG=* or in a URL, whatever fails, over transport %s${needsBuild}`,
  async (transport) => {
    const { output, server, plaintext } = await run(transport, 3 * faults.length + 3)
    expect(output.match(/^failed /gm)?.length).toBeGreaterThan(3 * faults.length - 6)
    expect(output.includes('httpx')).toBe(transport === 'official')
    expect(server.requests.length).toBeGreaterThan(2 * faults.length)
    for (const spelling of [...spellings(plaintext), 'SecretCanary']) {
      expect(output).not.toContain(spelling)
      expect(server.requests.map(({ url }) => url).join('\n')).not.toContain(spelling)
    }
    const shown = output.replaceAll(/^.*httpx:header.*$/gm, '')
    for (const secret of ['LTAIcanary', 'TokenCanary', 'Signature=']) expect(shown).not.toContain(secret)
  },
)

it.skipIf(!built)(`would see what Alibaba's client shows by itself${needsBuild}`, async () => {
  const { output, plaintext } = await run('official', 0, { RAW: '1' })
  expect(spellings(plaintext).some((spelling) => output.includes(spelling))).toBe(true)
})
