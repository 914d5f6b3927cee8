import { sampleText } from '../sample-text.js'
import type { Scenario } from '../scenario.js'
import { openSchemes } from '../schemes.js'
import { roundTrip } from './schemes.js'

const TITLE = 'Encrypt and decrypt a value of 64 B'
/** Records of one turn, one after the other. */
const RECORDS = 5
const MAX_ROUNDS = 9

export const latency: Scenario = {
  name: 'latency',
  title: 'The three schemes, by distance of the KMS',
  shows: 'how long one waits, by the clock, for values one after the other, when a call to the KMS takes so long',
  async *run({ latenciesMs, rounds }) {
    for (const milliseconds of latenciesMs) {
      await using opened = await openSchemes(milliseconds)
      const [first, ...others] = opened.ciphers
      if (!first) return
      const text = sampleText(64)
      yield {
        title: `${TITLE}, KMS ${milliseconds} ms away`,
        metric: 'wall',
        axis: { chart: `${TITLE}, time by the clock`, label: `${milliseconds} ms`, value: milliseconds },
        contenders: [roundTrip(first, text), ...others.map((each) => roundTrip(each, text))],
        times: RECORDS,
        rounds: Math.min(rounds, MAX_ROUNDS),
        note: 'Time by the clock, not CPU time.',
      }
    }
  },
}
