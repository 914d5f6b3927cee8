import { ARENA_BYTES } from './arena-layout.js'
import { RecordArena } from './record-arena.js'
import type { SodiumModule } from './sodium-module.js'

let current = RecordArena.nodeCrypto()

/** The one arena, for use before the event loop turns. */
export function arena(): RecordArena {
  return current
}

/** @returns where in the module's memory it is now */
export function moveArenaTo(module: SodiumModule): number {
  const start = module._malloc(ARENA_BYTES)
  current = RecordArena.sodium(module, start)
  return start
}
