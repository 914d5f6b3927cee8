import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LocalKms } from '@parasol/kms-local'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { type Random, randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))
const KILLS = { short: 20, full: 1_000 } as const
const CONTROL_KILLS = 4
const LONGEST_MS = 80

export const kill: Proof = {
  name: 'kill',
  claim: 'What the local KMS has acknowledged is there after kill -9 at any moment, and its store opens by itself',
  goal: 'lost = 0, damaged = 0, acknowledged > 0',

  async measure(context) {
    const { figures, lost, damaged } = await killAgainAndAgain('honest', KILLS[context.scale], context)
    return { figures, holds: lost + damaged === 0 && figures.acknowledged > 0 }
  },

  async control(context): Promise<Finding> {
    const { figures, lost } = await killAgainAndAgain('early', CONTROL_KILLS, context)
    return { figures, holds: lost === 0 }
  },
}

interface Acknowledged {
  readonly alias: string
  readonly keyId?: string
  readonly blob?: string
}

async function killAgainAndAgain(mode: string, kills: number, { seed, progress }: ProofContext) {
  using folder = new TemporaryFolder()
  const random = randomFrom(seed)
  const acknowledged: Acknowledged[] = []
  for (let round = 0; round < kills; round++) {
    acknowledged.push(...(await killOnce([mode, folder.path, String(round)], random)))
    progress(round, kills)
  }
  const { lost, damaged } = await lookFor(folder.path, acknowledged)
  return { figures: { kills, acknowledged: acknowledged.length, lost, damaged }, lost, damaged }
}

/** Kills a writer at some moment after its first acknowledgement; it opens what the one before it left. */
async function killOnce(args: readonly string[], random: Random): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const closed = once(child, 'close')
  const [code] = await Promise.race([once(child.stdout, 'data'), closed])
  if (text === '') throw new Error(`The store did not open after a kill: the writer ended with ${code}`)
  await delay(random.below(LONGEST_MS))
  child.kill('SIGKILL')
  await closed
  // What follows the last line end was cut off in the writing.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

async function lookFor(
  folder: string,
  acknowledged: readonly Acknowledged[],
): Promise<{ lost: number; damaged: number }> {
  await using kms = new LocalKms({
    folder: join(folder, 'kms'),
    rootKey: { keyFile: join(folder, 'root.key') },
    onDamage: () => undefined,
  })
  const service = await kms.open()
  const keyIds = new Map(service.aliases.map(({ name, keyId }) => [name, keyId]))
  let lost = 0
  for (const { alias, keyId, blob } of acknowledged) {
    const there = keyIds.get(alias)
    const opens = there !== undefined && (blob === undefined || (await isReadable(kms, blob, alias)))
    if (!opens || (keyId !== undefined && there !== keyId)) lost++
  }
  return { lost, damaged: service.damage.length }
}

async function isReadable(kms: LocalKms, blob: string, alias: string): Promise<boolean> {
  const opened = await kms.decrypt(Buffer.from(blob, 'base64'), {}).catch(() => undefined)
  return opened !== undefined && Buffer.from(opened).toString() === alias
}
