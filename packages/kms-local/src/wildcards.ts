/** Whether a text has the shape of a pattern with `*` and `?`. In time that grows with the product of the lengths. */
export function matches(pattern: string, text: string): boolean {
  let reachable = new Set([0])
  for (const mark of pattern) {
    const next = new Set<number>()
    for (const position of reachable) {
      if (mark === '*') for (let end = position; end <= text.length; end++) next.add(end)
      else if (position < text.length && (mark === '?' || mark === text[position])) next.add(position + 1)
    }
    reachable = next
  }
  return reachable.has(text.length)
}
