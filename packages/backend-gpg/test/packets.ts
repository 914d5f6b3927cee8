/** A packet whose length takes five bytes, as no program of ours writes it. */
export function packet(tag: number, ...body: readonly Uint8Array[]): Buffer {
  const length = Buffer.alloc(5, 0xff)
  length.writeUInt32BE(Buffer.concat(body).length, 1)
  return Buffer.concat([Uint8Array.of(0xc0 | tag), length, ...body])
}
