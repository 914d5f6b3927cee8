import type { OptionNames, SopArguments } from './arguments.js'
import type { Indirect } from './indirect.js'
import type { SopFailure } from './sop-error.js'

/** One subcommand of `sop`. */
export interface Subcommand extends OptionNames {
  /** How it is called, for people who have forgotten. */
  readonly usage: string
  /** Gives what goes to the standard output. */
  run(args: SopArguments, files: Indirect): Promise<Uint8Array | string>
  /** What reasons of the library mean for this subcommand. */
  readonly failures?: Readonly<Record<string, SopFailure>>
}
