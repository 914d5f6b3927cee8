const BEGIN = /^:?(-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----)$/
const END = /^-----END PGP (PUBLIC|PRIVATE) KEY BLOCK-----$/

/**
 * The armored blocks of keys in a text, whatever stands around them. A block that is not ended, or not before another
 * begins, is given as far as it goes, so that it can be reported. gpg writes the revocation certificates of new keys with
 * a colon before them, so that nobody imports them by mistake.
 */
export function keyBlocks(text: string): string[] {
  const blocks: string[][] = []
  let open: string[] | undefined
  for (const line of text.split('\n').map((each) => each.trimEnd())) {
    const begin = BEGIN.exec(line)
    if (begin?.[1]) {
      open = [begin[1]]
      blocks.push(open)
    } else open?.push(line)
    if (END.test(line)) open = undefined
  }
  return blocks.map((lines) => `${lines.join('\n')}\n`)
}
