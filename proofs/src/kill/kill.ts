import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LocalKms } from '@parasol/kms-local'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { type Random, randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { type Acknowledged, isKept } from './acknowledged.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))
const KILLS = { short: 20, full: 1_000 } as const
const CONTROL_KILLS = 4
const LONGEST_MS = 80

export const kill: Proof = {
  name: 'kill',
  claim:
    'What the local KMS has acknowledged, key, version, alias or policy, is there after kill -9 at any moment, and its store opens by itself',
  goal: 'lost = 0, damaged = 0, of keys, aliases, versions and policies alike',

  async measure(context) {
    const { figures, lost, damaged } = await killAgainAndAgain('honest', KILLS[context.scale], context)
    return { figures, holds: lost + damaged === 0 && figures.versions > 0 && figures.policies > 0 }
  },

  async control(context): Promise<Finding> {
    const { figures, lost } = await killAgainAndAgain('early', CONTROL_KILLS, context)
    return { figures, holds: lost === 0 }
  },
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
  const versions = acknowledged.filter((one) => 'versionId' in one).length
  const policies = acknowledged.filter((one) => 'user' in one).length
  return { figures: { kills, acknowledged: acknowledged.length, versions, policies, lost, damaged }, lost, damaged }
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
  let lost = 0
  for (const one of acknowledged) if (!(await isKept(service, kms, one))) lost++
  return { lost, damaged: service.damage.length }
}
