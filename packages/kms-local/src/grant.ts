import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CryptoError } from '@parasol/core'
import { writeFileAtomic } from '@parasol/core/files'
import { LocalKms } from './local-kms.js'
import { checkPolicy, type Policy, systemPolicies } from './policy.js'
import { requireStore, say } from './serve.js'
import { type ServeOptions, UsageError } from './serve-arguments.js'

/** Makes an access key that may do what a policy says, and writes it to a file that is not there yet. */
export async function grant({ store: folder, rootKey, policy, accessKeyFile }: ServeOptions): Promise<void> {
  if (policy === undefined || accessKeyFile === undefined) {
    throw new UsageError('Expected --policy POLICY and --access-key FILE after "grant"')
  }
  const checked = await readPolicy(policy)
  await requireStore(folder)
  await using kms = new LocalKms({ folder, rootKey })
  const service = await kms.open()
  const { id, secret } = await service.createAccessKey({ policy: checked })
  const file = `${JSON.stringify({ accessKeyId: id, accessKeySecret: secret }, null, 2)}\n`
  try {
    await writeFileAtomic(accessKeyFile, file, { overwrite: false })
  } catch (error) {
    await service.deleteAccessKey(id)
    throw error
  }
  say(`access key: ${resolve(accessKeyFile)}`)
}

async function readPolicy(name: string): Promise<Policy> {
  const known = Object.entries(systemPolicies).find(([key]) => key === name)
  if (known) return known[1]
  const text = await readFile(name, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CryptoError('IO', `The policy "${name}" cannot be read (${cause.code})`, { cause })
  })
  try {
    return checkPolicy(JSON.parse(text))
  } catch (error) {
    if (CryptoError.is(error)) throw error
    throw new CryptoError('INVALID_INPUT', `The policy "${name}" is not JSON`)
  }
}
