// Reads each message of a folder, whole and as a stream, and prints what came of it: for tests of what that costs.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GpgProvider, KeyRing } from '@parasol/backend-gpg'

const [folder, reader, signer, passphrase, password] = process.argv.slice(2)
const provider = new GpgProvider({
  keyRing: new KeyRing(join(folder, 'ring')),
  recipients: [reader],
  verify: [signer],
  passphrase: () => passphrase,
  password: () => password,
})
const messages = readdirSync(folder).filter((name) => name.endsWith('.pgp'))

let released = 0
const ways = {
  whole: async (message) => {
    released += (await provider.decrypt(message, {})).length
  },
  stream: async (message) => {
    for await (const piece of provider.decryptStream(inPieces(message), {})) released += piece.length
  },
}

async function* inPieces(message) {
  for (let at = 0; at < message.length; at += 65_536) yield message.subarray(at, at + 65_536)
}

async function cost(work) {
  const before = process.cpuUsage()
  const outcome = await work().then(
    () => 'read',
    (error) => error.code ?? String(error),
  )
  const { user, system } = process.cpuUsage(before)
  return { outcome, cpuMs: (user + system) / 1000 }
}

function hash() {
  const hash = createHash('sha512')
  const bytes = Buffer.alloc(1024 * 1024)
  for (let count = 0; count < 256; count++) hash.update(bytes)
}

/** By how much the memory of this process grew at most; where Linux does not tell, by how much it has grown. */
async function growth(work) {
  gc()
  const before = process.memoryUsage.rss()
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // Not Linux, or not allowed.
  }
  await work()
  return (peakBytes() - before) / 2 ** 20
}

function peakBytes() {
  try {
    return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  } catch {
    return process.memoryUsage.rss()
  }
}

const good = readFileSync(join(folder, 'good'))
for (const read of Object.values(ways)) await read(good)
const { cpuMs: reference } = await cost(async () => hash())
released = 0
const costs = {}
for (const name of messages) {
  const message = readFileSync(join(folder, name))
  for (const [way, read] of Object.entries(ways)) {
    let spent
    const memoryMiB = await growth(async () => {
      spent = await cost(() => read(message))
    })
    costs[`${name} ${way}`] = { ...spent, memoryMiB }
  }
}
process.stdout.write(JSON.stringify({ costs, released, reference }))
