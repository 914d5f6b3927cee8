// Run by kill.ts in a process of its own, which is killed: makes keys, aliases, versions and policies, and tells of each when it
// is acknowledged. In the mode `early` it tells of them before, as a store would that does not wait for the disk.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { LocalKms } from '@parasol/kms-local'
import { type Acknowledged, policiesOf } from './acknowledged.js'

const [mode = '', folder = '', round = ''] = process.argv.slice(2)
const WRITERS = 8

const kms = new LocalKms({ folder: join(folder, 'kms'), rootKey: { keyFile: join(folder, 'root.key') } })
const service = await kms.open()
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))

async function write(writer: number): Promise<void> {
  for (let index = 0; ; index++) {
    const name = `${round}-${writer}-${index}`
    const alias = `alias/${name}`
    if (mode === 'early') acknowledge({ alias })
    const { metadata } = await service.createKey()
    await service.createAlias(alias, metadata.id)
    if (mode === 'early') continue
    acknowledge({ alias, keyId: metadata.id, blob: await encrypt(alias) })
    await service.rotateKey(alias)
    const versionId = service.describeKey(alias).primaryVersion.id
    acknowledge({ alias, keyId: metadata.id, versionId, blob: await encrypt(alias) })
    for (const generation of [0, 1]) {
      await service.access.putPrincipal({ type: 'user', name, policies: policiesOf(generation) })
      acknowledge({ user: name, generation })
    }
  }
}

async function encrypt(alias: string): Promise<string> {
  return Buffer.from(await kms.encrypt(alias, Buffer.from(alias), {})).toString('base64')
}

/** Written at once: what stays in a buffer of this process dies with it. */
function acknowledge(line: Acknowledged): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
