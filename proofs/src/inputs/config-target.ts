import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@parasol/config'
import { latin1, type Target } from './target.js'

export const MAX_CONFIG_CPU_MS = 5_000

const SECRET = randomBytes(18).toString('base64url')

const valid = `version: 1
kms:
  own:
    use: local
    store: ./kms
    passphrase: { env: PASSPHRASE }
    createKeys: [alias/parasol]
  main: { use: failover, first: own, fallback: [{ kms: far }] }
  far: { use: local, store: ./far, keyFile: ./far.key }
schemes:
  kms-direct: { kms: own, keyId: alias/parasol }
  envelope: { kms: main, keyId: alias/parasol, suite: aes-256-gcm, recovery: [{ kms: own, keyId: alias/far, standsIn: true }] }
useCases:
  customer.phone: { scheme: envelope }
  customer.idCard: { scheme: envelope, reads: [kms-direct], purpose: customer.id }
`

/** Configurations into which somebody wrote a secret, where a reference to it belongs: no error may quote it. */
const withSecrets = [
  valid.replace('{ env: PASSPHRASE }', SECRET),
  valid.replace('env: PASSPHRASE', `env: "${SECRET}", value: ${SECRET}`),
  valid.replace('version: 1', `version: ${SECRET}`),
  valid.replace('suite: aes-256-gcm', `suite: ${SECRET}`),
  valid.replace('use: local', `use: local\n    password: ${SECRET}`),
]

export function configTarget(folder: string): Target {
  const path = join(folder, 'parasol.yaml')
  return {
    name: 'config',
    samples: [valid, ...withSecrets].map((text) => Buffer.from(text)),
    share: 0.5,
    // It comes from the operator, and up to 256 KB of it.
    maxCpuMs: MAX_CONFIG_CPU_MS,
    secrets: (input) => (latin1(input).includes(SECRET) ? [SECRET] : []),
    feed: async (input) => {
      writeFileSync(path, input)
      await loadConfig(path, { directory: folder, env: { PASSPHRASE: 'x' } })
      return 'taken'
    },
  }
}
