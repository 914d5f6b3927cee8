/** All of a file that has to be in memory. @throws CryptoError IO; INVALID_INPUT for one that is too long for that */
export async function readWhole(path: string): Promise<Uint8Array> {
  const { InputFile } = await import('@parasol/core/files')
  await using file = await InputFile.open(path)
  return await file.readWhole()
}
