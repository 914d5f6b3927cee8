const controller = new AbortController()

/** Aborts at the first SIGINT or SIGTERM: what is under way ends, and leaves no half of a file. */
export const interrupted: AbortSignal = controller.signal

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => controller.abort())
}
