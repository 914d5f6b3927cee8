/** CPU time of all threads of this process since then, in user and in system mode; never 0. */
export function cpuMicrosSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return Math.max(user + system, 1)
}
