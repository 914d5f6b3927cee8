import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Cipher } from '@parasol/core'
import { contender, timed } from '../contender.js'
import { type GnupgHome, openGnupgHome, SIGN_AND_ENCRYPT } from '../gnupg-home.js'
import { gpgCipher } from '../gpg-cipher.js'
import { memoryFolder } from '../memory-folder.js'
import { sampleText } from '../sample-text.js'
import type { Contender, Cost, Goal, Scenario } from '../scenario.js'
import { spawned } from '../spawned.js'

const goal: Goal = {
  text: 'OpenPGP: sign and encrypt 1 KiB, against spawning gpg (by the clock)',
  measure: 'faster',
  bound: 4,
}
const MESSAGES = 3
const run = promisify(execFile)

export const openpgpMessage: Scenario = {
  name: 'openpgp-message',
  needs: 'gpg',
  title: 'OpenPGP: a message of 1 KiB',
  shows:
    'what signing and encrypting in this process costs beside starting gpg for each message, with the same keys, and what is saved by using a session key again',
  async *run({ requestRounds }) {
    await using home = await openGnupgHome()
    await using folder = await memoryFolder(1)
    const cipher = await gpgCipher({ keys: [home.secretKey] })
    const reusing = await gpgCipher({ keys: [home.secretKey], sessionKeys: { reuse: {}, remember: {} } })
    const text = sampleText(1024)
    await writeFile(join(folder.path, 'plain'), text)
    const common = { times: MESSAGES, warmTurns: 2, rounds: requestRounds }
    const note = 'Of gpg, what its agent does, which signs, is not counted.'
    yield {
      title: 'Sign and encrypt 1 KiB, CPU time',
      metric: 'cpu',
      ...common,
      contenders: [spawning(home, folder.path, cipher, text, spawned), ...inProcess(cipher, reusing, text)],
      note,
    }
    yield {
      title: 'Sign and encrypt 1 KiB, time by the clock',
      metric: 'wall',
      ...common,
      contenders: [spawning(home, folder.path, cipher, text, byTheClock), ...inProcess(cipher, reusing, text, [goal])],
    }
    yield {
      title: 'Decrypt and verify 1 KiB, CPU time',
      metric: 'cpu',
      contenders: [await reading(OURS, cipher, reusing, text), await reading(REUSING, reusing, reusing, text)],
    }
  },
}

const OURS = 'Parasol, in this process'
const REUSING = 'Parasol, one session key for many messages'

function inProcess(cipher: Cipher, reusing: Cipher, text: string, goals: readonly Goal[] = []): readonly Contender[] {
  return [writing(OURS, cipher, text, goals), writing(REUSING, reusing, text)]
}

/** Each time another message under the same session key. */
async function reading(name: string, cipher: Cipher, writer: Cipher, text: string): Promise<Contender> {
  const encrypt = () => writer.encryptBytes(Buffer.from(text), {})
  const messages = await Promise.all(Array.from({ length: 16 }, encrypt))
  let next = 0
  return contender({
    name,
    kind: 'ours',
    work: () => cipher.decryptBytes(messages[next++ % messages.length] as Uint8Array, {}),
    undo: (plaintext) => Buffer.from(plaintext).toString(),
    expected: text,
  })
}

function writing(name: string, cipher: Cipher, text: string, goals: readonly Goal[] = []): Contender {
  const plaintext = Buffer.from(text)
  return contender({
    name,
    kind: 'ours',
    goals,
    work: () => cipher.encryptBytes(plaintext, {}),
    undo: async (message) => Buffer.from(await cipher.decryptBytes(message, {})).toString(),
    expected: text,
  })
}

type Start = (command: readonly string[]) => Promise<Cost>

function spawning(home: GnupgHome, folder: string, cipher: Cipher, text: string, start: Start): Contender {
  const [plain, target] = [join(folder, 'plain'), join(folder, 'message')]
  const { fingerprint } = home
  const command = home.command('-u', fingerprint, '-r', fingerprint, '-o', target, ...SIGN_AND_ENCRYPT, plain)
  return {
    name: 'gpg, started for each message',
    kind: 'peer',
    async check() {
      await start(command)
      const opened = await cipher.decryptBytes(await readFile(target), {})
      if (Buffer.from(opened).toString() !== text) throw new Error("gpg's message is not what was encrypted")
    },
    async turn(times) {
      const costs: Cost[] = []
      for (let time = 0; time < times; time++) costs.push(await start(command))
      const mean = (pick: (cost: Cost) => number): number => costs.reduce((sum, cost) => sum + pick(cost), 0) / times
      return { cpuMicros: mean(({ cpuMicros }) => cpuMicros), wallMicros: mean(({ wallMicros }) => wallMicros) }
    },
  }
}

/** Without the shell that tells CPU time. */
function byTheClock([program = '', ...args]: readonly string[]): Promise<Cost> {
  return timed(() => run(program, args), 1)
}
