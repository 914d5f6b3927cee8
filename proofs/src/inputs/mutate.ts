import type { Random } from '../random.js'

const MAX_BYTES = 256 * 1024
const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xff]
const PIECES = [
  '\0',
  '"',
  '\\',
  '{',
  '[',
  ': ',
  '\n',
  '%',
  '&',
  '=',
  '.',
  '-----BEGIN PGP MESSAGE-----\n',
  '__proto__',
  '\u{1f511}',
].map((text) => Buffer.from(text))

/** A hostile neighbour of one of the samples: mostly one change, sometimes several, now and then nothing but noise. */
export function mutate(samples: readonly Uint8Array[], random: Random): Uint8Array {
  if (random.below(20) === 0) return random.bytes(random.below(400))
  let bytes: Uint8Array = Uint8Array.from(random.pick(samples))
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    bytes = random.pick(mutations)(bytes, random, samples).subarray(0, MAX_BYTES)
  }
  return Uint8Array.from(bytes)
}

type Mutation = (bytes: Uint8Array, random: Random, samples: readonly Uint8Array[]) => Uint8Array

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length)
    return bytes.map((byte, index) => (index === at ? byte ^ (1 << random.below(8)) : byte))
  },
  function overwrite(bytes, random) {
    const [at, value] = [random.below(bytes.length), random.pick(EXTREMES)]
    return Uint8Array.from(bytes).fill(value, at, at + 1 + random.below(4))
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1))
  },
  function behead(bytes, random) {
    return bytes.subarray(random.below(bytes.length + 1))
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length + 1)
    const piece = random.below(2) === 0 ? random.pick(PIECES) : random.bytes(1 + random.below(8))
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
  },
  function splice(bytes, random, samples) {
    const other = random.pick(samples)
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length)),
    ])
  },
  function repeat(bytes, random) {
    const start = random.below(bytes.length + 1)
    const part = bytes.subarray(start, start + 1 + random.below(64))
    const times = random.below(10) === 0 ? 4_096 : 1 + random.below(16)
    return Buffer.concat([bytes.subarray(0, start), ...Array<Uint8Array>(times).fill(part), bytes.subarray(start)])
  },
]
