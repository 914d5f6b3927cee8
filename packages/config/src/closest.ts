/** The name that was probably meant, if one is close enough to be worth a question. */
export function closest(given: string, names: readonly string[]): string | undefined {
  if (given.length > MAX_LENGTH) return undefined
  const limit = Math.max(1, Math.floor(given.length / 3))
  const scored = names
    .filter((name) => name !== given && Math.abs(name.length - given.length) <= limit)
    .map((name) => ({ name, edits: editDistance(given.toLowerCase(), name.toLowerCase()) }))
  const [best] = scored.toSorted((a, b) => a.edits - b.edits)
  return best && best.edits <= limit ? best.name : undefined
}

const MAX_LENGTH = 128

/** How many letters to add, drop, replace, or swap with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= from.length; row++) {
    rows[row] = [row]
    for (let column = 1; column <= to.length; column++) rows[row]?.push(cheapest(rows, from, to, row, column))
  }
  return rows[from.length]?.[to.length] ?? 0
}

function cheapest(rows: readonly number[][], from: string, to: string, row: number, column: number): number {
  const at = (up: number, left: number) => rows[row - up]?.[column - left] ?? Number.POSITIVE_INFINITY
  const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
  const replaced = at(1, 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
  return Math.min(replaced, at(1, 0) + 1, at(0, 1) + 1, swapped ? at(2, 2) + 1 : Number.POSITIVE_INFINITY)
}
