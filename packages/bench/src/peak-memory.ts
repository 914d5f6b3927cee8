const MIB = 2 ** 20

/** Runs some work and says by how much the memory of this process was above `idle` meanwhile, at most. */
export async function peakMemoryMiB(work: () => Promise<unknown>, idle: number): Promise<number> {
  let peak = idle
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  // Seldom: looking takes CPU time of what is measured, and the more the longer it waits for a busy machine.
  const timer = setInterval(look, 50)
  try {
    await work()
  } finally {
    look()
    clearInterval(timer)
  }
  return (peak - idle) / MIB
}
