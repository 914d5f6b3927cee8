// Opens a store, says so, and in mode "write" makes keys and aliases without end, telling of each that was acknowledged.
import { KeyService, KeyStore } from '@parasol/kms-local'

const [folder, keyFile, mode] = process.argv.slice(2)
try {
  const store = await KeyStore.open({ folder, rootKey: { keyFile } })
  process.send({ opened: process.pid })
  if (mode === 'write') await write(new KeyService(store))
  else setInterval(() => undefined, 1000)
} catch (error) {
  process.send({ refused: error.code, message: error.message })
}

async function write(service) {
  for (let number = 0; ; number++) {
    const { metadata } = await service.createKey(`key ${number}`)
    const { blob } = service.encrypt(metadata.id, Buffer.from(metadata.id), {})
    process.send({ keyId: metadata.id, blob: Buffer.from(blob).toString('base64') })
    const name = `alias/${process.pid}-${number}`
    await service.createAlias(name, metadata.id)
    process.send({ alias: name, keyId: metadata.id })
    if (number % 3 !== 0) continue
    await service.disableKey(metadata.id)
    process.send({ disabled: metadata.id })
  }
}
