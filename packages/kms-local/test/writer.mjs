// Opens a store, says so, and in mode "write" makes keys and aliases and destroys keys without end, telling of each change
// that was acknowledged, and of each destruction before it begins.
import { KeyService, KeyStore } from '@parasol/kms-local'

const [folder, keyFile, mode] = process.argv.slice(2)
try {
  const store = await KeyStore.open({ folder, rootKey: { keyFile } })
  process.send({ opened: process.pid })
  if (mode === 'write') await write(store)
  else setInterval(() => undefined, 1000)
} catch (error) {
  process.send({ refused: error.code, message: error.message })
}

async function write(store) {
  let time = Date.now()
  const service = new KeyService(store, () => new Date(time))
  for (let number = 0; ; number++) {
    const { metadata } = await service.createKey(`key ${number}`)
    const { blob } = service.encrypt(metadata.id, Buffer.from(metadata.id), {})
    process.send({ keyId: metadata.id, blob: Buffer.from(blob).toString('base64') })
    const name = `alias/${process.pid}-${number}`
    await service.createAlias(name, metadata.id)
    process.send({ alias: name, keyId: metadata.id })
    if (number % 3 === 0) {
      await service.disableKey(metadata.id)
      process.send({ disabled: metadata.id })
    }
    if (number % 5 !== 4) continue
    process.send({ doomed: metadata.id })
    await service.scheduleKeyDeletion(metadata.id, 7)
    time += 8 * 86_400_000
    await service.upkeep()
    process.send({ destroyed: metadata.id })
  }
}
