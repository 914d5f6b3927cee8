// Opens a store by one of two key files, says so, and changes its root key from one to the other without end.
import { join } from 'node:path'
import { KeyStore } from '@parasol/kms-local'

const [folder, keys] = process.argv.slice(2)
const sources = ['0.key', '1.key'].map((name) => ({ keyFile: join(keys, name) }))
const { store, current } = await openByAny()
process.send({ opened: process.pid })
for (let at = current + 1; ; at++) await store.changeRootKey(sources[at % 2])

async function openByAny() {
  for (const [current, rootKey] of sources.entries()) {
    const store = await KeyStore.open({ folder, rootKey }).catch(() => undefined)
    if (store) return { store, current }
  }
}
