import { parseArgs } from 'node:util'
import type { RootKeySource } from './root-key.js'

export const USAGE: string = `Usage: parasol-kms serve STORE [options]
       parasol-kms verify STORE [--key-file FILE]
       parasol-kms grant STORE --policy POLICY --access-key FILE [--user NAME] [--key-file FILE]
       parasol-kms grant STORE --policy POLICY --role NAME --trust USER [--key-file FILE]
       parasol-kms revoke STORE --user NAME | --role NAME | --access-key-id ID [--key-file FILE]
       parasol-kms access STORE [--key-file FILE]

"serve" serves the keys in the folder STORE over HTTP, as Alibaba Cloud KMS does. A store that is not there is made.
The others work on a store that is not served:
"verify" follows the audit log of the store, STORE/audit.log, and says where it is broken.
"grant" writes another access key to FILE, with what it may do. With --user it belongs to a user, who is made if there is
none and may what all his policies allow. With --role it makes a role, whose session a trusted user gets by AssumeRole.
"revoke" takes an access key, a user with his access keys' rights, or a role with its sessions away.
"access" lists access keys, users and roles.

  --policy POLICY       full-access, crypto-user, crypto-admin, read-only, assume-role, the cloud's name of a system policy,
                        or a file that holds a policy in the shape of RAM; may be repeated
  --user NAME           the user to whom the access key belongs
  --role NAME           the role, named acs:ram::0:role/NAME in policies and requests
  --trust USER          a user who may assume the role, "*" for all; may be repeated
  --key-file FILE       opens the store; made with a new one: 32 random bytes, mode 0600
                        (without it, the passphrase in PARASOL_KMS_PASSPHRASE opens the store)
  --port PORT           7600 by default; 0 takes a free one
  --create-key ALIAS    gives an alias, such as alias/app, a key if it has none; may be repeated
  --access-key FILE     where the access key of a new store is written, mode 0600; STORE/access-key.json by default
  --host HOST           127.0.0.1 by default
  --exposed             allows a host that other machines can reach: put TLS in front of it
  --quotas              refuses with 429 what is beyond the cloud's quotas
  --quota KIND=NUMBER   most requests a second of a kind: crypto, asymmetric, createKey, metadata, changes; may be repeated
  --fault-plan FILE     for tests: makes requests fail as a plan in JSON says; never with --exposed
  --log                 prints the operation and the outcome of each request
  --help                prints this

Point a client at the printed endpoint with protocol http and the access key. SIGTERM and SIGINT end it cleanly.
`

/** The command line is not what it should be. */
export class UsageError extends Error {}

const COMMANDS = ['serve', 'verify', 'grant', 'revoke', 'access'] as const
export type Command = (typeof COMMANDS)[number]

export interface ServeOptions {
  readonly command: Command
  readonly store: string
  readonly rootKey: RootKeySource
  readonly port: number
  readonly host: string
  readonly exposed: boolean
  readonly createKeys: readonly string[]
  readonly accessKeyFile: string | undefined
  readonly accessKeyId: string | undefined
  readonly policies: readonly string[]
  readonly user: string | undefined
  readonly role: string | undefined
  readonly trusted: readonly string[]
  readonly quotas: boolean
  readonly quota: readonly string[]
  readonly faultPlan: string | undefined
  readonly log: boolean
}

/** What the command line asks for; undefined if it asks for help. @throws UsageError that says what was expected */
export function parseServeArguments(args: string[], environment: NodeJS.ProcessEnv): ServeOptions | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [command, store, ...rest] = positionals
  if (!isCommand(command)) throw new UsageError(`Expected one of the commands ${COMMANDS.join(', ')}`)
  if (!store || rest.length > 0) throw new UsageError(`Expected one folder after "${command}"`)
  return {
    command,
    store,
    rootKey: rootKeyOf(values['key-file'], environment['PARASOL_KMS_PASSPHRASE']),
    port: parsePort(values.port),
    host: values.host,
    exposed: values.exposed,
    createKeys: values['create-key'].map(requireAlias),
    accessKeyFile: values['access-key'],
    accessKeyId: values['access-key-id'],
    policies: values.policy,
    user: values.user,
    role: values.role,
    trusted: values.trust,
    quotas: values.quotas,
    quota: values.quota,
    faultPlan: values['fault-plan'],
    log: values.log,
  }
}

function isCommand(text: string | undefined): text is Command {
  return COMMANDS.some((command) => command === text)
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        'key-file': { type: 'string' },
        port: { type: 'string', default: '7600' },
        host: { type: 'string', default: '127.0.0.1' },
        exposed: { type: 'boolean', default: false },
        'create-key': { type: 'string', multiple: true, default: [] },
        'access-key': { type: 'string' },
        'access-key-id': { type: 'string' },
        policy: { type: 'string', multiple: true, default: [] },
        user: { type: 'string' },
        role: { type: 'string' },
        trust: { type: 'string', multiple: true, default: [] },
        quotas: { type: 'boolean', default: false },
        quota: { type: 'string', multiple: true, default: [] },
        'fault-plan': { type: 'string' },
        log: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

/** @throws UsageError if there is neither */
export function rootKeyOf(
  keyFile: string | undefined,
  passphrase: string | undefined,
  names: { readonly file: string; readonly variable: string } = {
    file: '--key-file',
    variable: 'PARASOL_KMS_PASSPHRASE',
  },
): RootKeySource {
  if (keyFile !== undefined) return { keyFile }
  if (passphrase) return { passphrase: () => passphrase }
  throw new UsageError(`Expected ${names.file} FILE, or a passphrase in ${names.variable}`)
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError('Expected a number from 0 to 65535 after --port')
}

function requireAlias(text: string): string {
  if (/^alias\/[\w/-]{1,249}$/.test(text)) return text
  throw new UsageError('Expected an alias, such as alias/app, after --create-key')
}
