import { MessageChannel } from 'node:worker_threads'

/** Below that, waiting for the garbage collector costs less. */
const WORTH_BYTES = 16 * 1024

type Transferable = ArrayBuffer & { readonly transfer?: (length: number) => ArrayBuffer }

/**
 * Gives the memory of some bytes back at once: they are empty then. node:crypto writes what it makes into new memory, which the
 * collector does not find soon enough: for each 16 MiB of a stream it goes through all that lives, and the system has to
 * clear pages that were given back and taken again.
 *
 * @param bytes all of a memory that nobody else has
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < WORTH_BYTES || byteLength !== buffer.byteLength) return
  const memory = buffer as Transferable
  if (memory.transfer) memory.transfer(0)
  else nobody().postMessage(undefined, [memory])
}

/** What is moved to a port that is closed belongs to nobody. Node 20 has no other way. */
function nobody(): MessageChannel['port1'] {
  if (!closed) {
    closed = new MessageChannel().port1
    closed.close()
  }
  return closed
}

let closed: MessageChannel['port1'] | undefined
