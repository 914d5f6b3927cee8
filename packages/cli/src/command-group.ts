import { Command } from 'commander'
import type { Terminal } from './terminal.js'

/** A command that only holds others, in the order of its help. */
export function commandGroup(
  terminal: Terminal,
  { name, description }: { readonly name: string; readonly description: string },
  members: readonly ((terminal: Terminal) => Command)[],
): Command {
  const group = new Command(name).description(description)
  for (const member of members) group.addCommand(member(terminal))
  return group
}
