/** So many go on in one turn, so that what else there is to do has its turn too. */
const MOST = 64

let waiting: (() => void)[] = []

/**
 * Resolves when the event loop has taken in what has arrived by now, on other connections too. A server that waits for this
 * between reading a request and working on it works on many of them in a row, and answers them together: code and its data
 * stay in the processor's caches, and whoever is answered is woken up once. Under load that takes a third of all time
 * from small requests; without load it takes microseconds.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(goOn)
  })
}

function goOn(): void {
  const those = waiting
  waiting = those.length > MOST ? those.splice(MOST) : []
  if (waiting.length > 0) setImmediate(goOn)
  for (const resolve of those) resolve()
}
