import { CONTEXT } from '../ciphers.js'
import { contender } from '../contender.js'
import { formatBytes, sampleText } from '../sample-text.js'
import type { Contender, Scenario } from '../scenario.js'
import { openSchemes, type SchemeCipher } from '../schemes.js'

const TITLE = 'Encrypt and decrypt a value'

export const schemes: Scenario = {
  name: 'schemes',
  title: 'The three schemes, by size',
  shows: 'what each scheme costs in CPU time over the local KMS in the same process, which is part of it',
  async *run({ sizes }) {
    await using opened = await openSchemes(0)
    for (const size of sizes) {
      const text = sampleText(size)
      const [first, ...others] = opened.ciphers.filter(({ maxPlaintextBytes }) => size <= maxPlaintextBytes)
      const tooSmall = opened.ciphers.filter(({ maxPlaintextBytes }) => size > maxPlaintextBytes)
      if (!first) return
      yield {
        title: `${TITLE} of ${formatBytes(size)}`,
        metric: 'cpu',
        axis: { chart: TITLE, label: formatBytes(size), value: size },
        contenders: [roundTrip(first, text), ...others.map((each) => roundTrip(each, text))],
        absent: tooSmall.map(({ name, maxPlaintextBytes }) => ({ name, why: `takes ${maxPlaintextBytes} B at most` })),
      }
    }
  },
}

/** Both ways, because a scheme may save at one what it spends at the other. */
export function roundTrip({ name, cipher }: SchemeCipher, text: string): Contender {
  return contender({
    name,
    kind: 'ours',
    work: async () => cipher.decrypt(await cipher.encrypt(text, CONTEXT), CONTEXT),
    undo: (opened) => opened,
    expected: text,
  })
}
