import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KeyService } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { isBuilt, kill, type Message, nextMessage, startWriter } from './processes.js'
import { openStore, scratchFolder } from './scratch.js'

const KILLS = 10

it.skipIf(!isBuilt)(
  'loses nothing that was acknowledged when it is killed while it writes (needs build)',
  async () => {
    const folder = scratchFolder()
    const acknowledged: Message[] = []
    for (let round = 0; round < KILLS; round++) {
      const child = startWriter(join(folder, 'store'), join(folder, 'store.key'), 'write')
      await nextMessage(child)
      child.on('message', (message) => acknowledged.push(message as Message))
      await sleep(1 + Math.random() * 60)
      await kill(child)
    }
    await using store = await openStore(folder)
    expect(store.damage).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(KILLS)
    const service = new KeyService(store)
    const doomed = new Set(acknowledged.map(({ doomed }) => doomed))
    const lasting = acknowledged.filter(({ keyId, disabled }) => !doomed.has(keyId ?? disabled))
    expect(lasting.filter((message) => !holds(service, message))).toEqual([])
    const ids = new Set(service.keys.map(({ metadata }) => metadata.id))
    expect(acknowledged.filter(({ destroyed }) => ids.has(`${destroyed}`))).toEqual([])
  },
  60_000,
)

function holds(service: KeyService, { keyId, blob, alias, disabled, destroyed }: Message): boolean {
  if (destroyed !== undefined) return true
  if (disabled !== undefined) return service.describeKey(`${disabled}`).metadata.state === 'Disabled'
  if (alias !== undefined) return service.describeKey(`${alias}`).metadata.id === keyId
  const key = service.describeKey(`${keyId}`)
  if (key.metadata.state === 'Disabled') return true
  const { text } = service.decrypt(Buffer.from(`${blob}`, 'base64'), {})
  return Buffer.from(text).toString() === keyId
}
