import { readFile } from 'node:fs/promises'
import { SopError } from '../sop-error.js'
import type { Subcommand } from '../subcommand.js'
import { PROFILES } from './profiles.js'

const DRAFT = 'draft-dkg-openpgp-stateless-cli-15'

/** The version of the verification-only subset, all of which is there: with the names of certificates in JSON. */
const SOPV = '1.1'
const KINDS = ['backend', 'extended', 'sop-spec', 'sopv'] as const

export const version: Subcommand = {
  usage: 'version [--backend|--extended|--sop-spec|--sopv]',
  flags: [...KINDS],
  async run(args) {
    if (KINDS.filter((name) => args.has(name)).length > 1) {
      throw new SopError('INCOMPATIBLE_OPTIONS', 'One of --backend, --extended, --sop-spec and --sopv')
    }
    if (args.has('sopv')) return `${SOPV}\n`
    // A tilde says that not everything of the draft is there.
    if (args.has('sop-spec')) return `~${DRAFT}\n\nhardware keys, and version 6 keys\n`
    const own = `parasol-sop ${await versionOf(new URL('../../../package.json', import.meta.url))}`
    const backend = await backendVersion()
    if (args.has('backend')) return `${backend}\n`
    return args.has('extended') ? `${own}\n${backend}\nNode.js ${process.version}\n` : `${own}\n`
  },
}

export const listProfiles: Subcommand = {
  usage: 'list-profiles SUBCOMMAND',
  async run(args) {
    const [subcommand = ''] = args.requirePositionals('the subcommand')
    const profiles = PROFILES[subcommand]
    if (!profiles) throw new SopError('UNSUPPORTED_PROFILE', 'This subcommand has no profiles')
    return Object.entries(profiles)
      .map(([name, { what }]) => `${name}: ${what}\n`)
      .join('')
  },
}

async function versionOf(file: URL): Promise<string> {
  return JSON.parse(await readFile(file, 'utf8')).version
}

async function backendVersion(): Promise<string> {
  const { OPENPGP_VERSION } = await import('@parasol/backend-gpg/stateless')
  return OPENPGP_VERSION
}
