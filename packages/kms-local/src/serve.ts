import { once } from 'node:events'
import { access, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo, writeFileAtomic } from '@parasol/core/files'
import { type FaultPlan, parseFaultPlan } from './fault-plan.js'
import type { KeyService } from './key-service.js'
import { LocalKms } from './local-kms.js'
import { CLOUD_QUOTAS, parseQuota, type Quotas } from './quotas.js'
import type { ServeOptions } from './serve-arguments.js'
import { startKmsServer } from './server.js'

/** How often keys are rotated and destroyed that nobody asks for. */
const UPKEEP_MS = 60_000

/** What is served, and where. */
export type ServedStore = Pick<
  ServeOptions,
  | 'store'
  | 'rootKey'
  | 'createKeys'
  | 'accessKeyFile'
  | 'port'
  | 'host'
  | 'exposed'
  | 'quotas'
  | 'quota'
  | 'log'
  | 'faultPlan'
>

/** Where a server runs: in its own process, by default. */
export interface ServeSurroundings {
  /** Resolves when it is to end; by default at SIGTERM or SIGINT. */
  readonly ended?: Promise<unknown>
  /** Told a line for its operator; by default on the standard output. */
  readonly say?: (line: string) => unknown
}

/** Serves a store until it is told to end, and closes it cleanly. */
export async function serve(options: ServedStore, surroundings: ServeSurroundings = {}): Promise<void> {
  const tell = surroundings.say ?? say
  const { store: folder, rootKey, createKeys, port, host, exposed } = options
  await using kms = new LocalKms({
    folder,
    rootKey,
    createKeys,
    onDamage: ({ message }) => tell(`damaged: ${message}`),
  })
  const service = await kms.open()
  await service.upkeep()
  const accessKeyFile = await ensureAccessKey(
    service,
    resolve(options.accessKeyFile ?? join(folder, 'access-key.json')),
  )
  const faultPlan = await readFaultPlan(options.faultPlan, tell)
  const extras = {
    ...(faultPlan ? { faultPlan } : {}),
    ...(options.log || faultPlan ? { onRequest: reporter(tell) } : {}),
    ...(options.quotas || options.quota.length > 0 ? { quotas: quotasOf(options) } : {}),
  }
  await using audit = await service.openAuditLog()
  await using server = await startKmsServer({ service, port, host, exposed, audit, ...extras })
  const ended = surroundings.ended ?? Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  tell(`parasol-kms serves ${resolve(folder)}`)
  tell(`endpoint: ${server.endpoint} (protocol http)`)
  tell(`access key: ${accessKeyFile}`)
  const upkeep = setInterval(() => void service.upkeep(), UPKEEP_MS)
  await ended
  clearInterval(upkeep)
  tell('closing')
}

function quotasOf({ quotas, quota }: Pick<ServeOptions, 'quotas' | 'quota'>): Quotas {
  return Object.assign({}, quotas ? CLOUD_QUOTAS : {}, ...quota.map(parseQuota))
}

/** Follows the audit log of a store that nobody serves. @throws CryptoError STORE_DAMAGED that says where it is broken */
export async function verify({ store: folder, rootKey }: Pick<ServeOptions, 'store' | 'rootKey'>): Promise<void> {
  await requireStore(folder)
  await using kms = new LocalKms({ folder, rootKey })
  const { events, torn } = await (await kms.open()).verifyAuditLog()
  say(`audit log: ${events} events, none changed, moved or left out`)
  if (torn) say('a last event was not written whole; its request was not answered')
}

/** A command that looks at a store makes none. @throws CryptoError IO */
export async function requireStore(folder: string): Promise<void> {
  await access(join(folder, 'store.json')).catch((cause) => {
    throw new CryptoError('IO', `There is no store in "${folder}"`, { cause })
  })
}

/** Makes an access key unless the file is there: a secret is shown once, so that one without its file is lost. */
async function ensureAccessKey(service: KeyService, path: string): Promise<string> {
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (exists) return path
  const { id, secret } = await service.createAccessKey()
  await writeFileAtomic(path, `${JSON.stringify({ accessKeyId: id, accessKeySecret: secret }, null, 2)}\n`)
  return path
}

/** Nobody should take a server whose requests fail for one that is sound. */
async function readFaultPlan(
  path: string | undefined,
  tell: (line: string) => unknown,
): Promise<FaultPlan | undefined> {
  if (path === undefined) return undefined
  const plan = parseFaultPlan(await guardIo(path, () => readFile(path, 'utf8'), 'read'))
  tell(`WARNING: requests FAIL ON PURPOSE, by the fault plan ${resolve(path)}: for tests only`)
  return plan
}

function reporter(tell: (line: string) => unknown) {
  return (action: string, fault: string | undefined): void => {
    tell(`${new Date().toISOString()} ${action || '-'} ${fault ?? 'ok'}`)
  }
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
