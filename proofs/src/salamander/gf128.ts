/** Arithmetic of GHASH (NIST SP 800-38D, section 6.3) on blocks of 16 bytes, for an attack. Not constant in time. */

export type Element = bigint

const REDUCTION = 0xe1n << 120n
const ONE: Element = 1n << 127n

export function toElement(block: Uint8Array): Element {
  return BigInt(`0x${Buffer.from(block).toString('hex').padEnd(32, '0')}`)
}

export function toBlock(element: Element): Uint8Array {
  return Buffer.from(element.toString(16).padStart(32, '0'), 'hex')
}

export function multiply(a: Element, b: Element): Element {
  let product = 0n
  let power = b
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= power
    power = power & 1n ? (power >> 1n) ^ REDUCTION : power >> 1n
  }
  return product
}

/** a to the power of 2^128 - 2. */
export function invert(a: Element): Element {
  let inverse = ONE
  let square = a
  for (let bit = 1; bit < 128; bit++) {
    square = multiply(square, square)
    inverse = multiply(inverse, square)
  }
  return inverse
}
