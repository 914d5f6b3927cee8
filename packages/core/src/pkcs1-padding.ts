/**
 * Whether a block is the encoding of a message of this length by RSAES-PKCS1-v1_5 (RFC 8017, section 7.2): `00 02`, at least
 * eight bytes that are not 0, `00`, message. 0 if it is, else another number: no branch and no index depends on a byte of it,
 * and what the caller makes of the number is to depend on it no more than it must, for who learns of many blocks whether
 * they are padded right can decrypt another one (Bleichenbacher's attack).
 */
export function pkcs1Fault(block: Uint8Array, messageBytes: number): number {
  const start = block.length - messageBytes
  if (start < MIN_PADDING_BYTES) return 1
  const at = (index: number): number => block[index] as number
  let fault = at(0) | (at(1) ^ 2) | at(start - 1)
  for (let index = 2; index < start - 1; index += 1) fault |= isZero(at(index))
  return fault
}

const MIN_PADDING_BYTES = 11

/** 1 for 0, and 0 for every other byte. */
function isZero(byte: number): number {
  return ((byte - 1) >> 8) & 1
}
