import { isModern } from './armored-text.js'

const LINE_BYTES = 45
const POLYNOMIAL = 0x864cfb
const INITIAL = 0xb704ce

/** A message as text, of any length in constant memory: what `armorMessage` makes of it at once. */
export async function* armorMessageStream(message: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0)
  let sum = INITIAL
  let checksum: boolean | undefined
  let head = '-----BEGIN PGP MESSAGE-----\n\n'
  for await (const piece of message) {
    checksum ??= !isModern(piece)
    if (checksum) sum = crc24(sum, piece)
    const bytes = Buffer.concat([rest, piece])
    const whole = bytes.length - (bytes.length % LINE_BYTES)
    rest = bytes.subarray(whole)
    if (whole === 0) continue
    yield Buffer.from(head + lines(bytes.subarray(0, whole)))
    head = ''
  }
  const last = checksum ? `=${base64(Uint8Array.of(sum >> 16, sum >> 8, sum))}\n` : ''
  yield Buffer.from(`${head}${lines(rest)}${last}-----END PGP MESSAGE-----\n`)
}

function lines(bytes: Uint8Array): string {
  return base64(bytes).replaceAll(/.{1,60}/g, '$&\n')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/** RFC 9580, section 6.1.1. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 16
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ ((value & 0x80_00_00) === 0 ? 0 : POLYNOMIAL)
  return value & 0xff_ff_ff
})

function crc24(former: number, bytes: Uint8Array): number {
  let sum = former
  for (const byte of bytes) sum = ((sum << 8) & 0xff_ff_ff) ^ (TABLE[((sum >> 16) ^ byte) & 0xff] as number)
  return sum
}
