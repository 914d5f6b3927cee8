/**
 * The name that was meant by one that there is not: so like it that showing it tells nothing. A file may have no header,
 * and then what should be names are values.
 */
export function similarName(name: string, names: Iterable<string>): string | undefined {
  for (const each of names) {
    if (each !== name && Math.min(each.length, name.length) > 2 && distance(each, name) <= 2) return each
  }
  return undefined
}

/** Letters to insert, remove or replace (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let index = 1; index <= one.length; index++) {
    const next = [index]
    for (let column = 1; column <= other.length; column++) {
      const replaced = (row[column - 1] as number) + (one[index - 1] === other[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1))
    }
    row = next
  }
  return row[other.length] as number
}
