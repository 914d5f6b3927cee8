import { RecordArena } from './record-arena.js'
import type { SodiumModule } from './sodium-module.js'

let current = RecordArena.nodeCrypto()

/** The one arena, for use before the event loop turns. */
export function arena(): RecordArena {
  return current
}

export function moveArenaTo(module: SodiumModule): void {
  current = RecordArena.sodium(module)
}
