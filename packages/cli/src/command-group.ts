import { Command } from 'commander'
import { catalogue } from './catalogue.js'
import type { Terminal } from './terminal.js'

/** A command that only holds others, in the order of its help. */
export function commandGroup(
  terminal: Terminal,
  { name, description }: { readonly name: string; readonly description: string },
  members: readonly ((terminal: Terminal) => Command)[],
): Command {
  const group = new Command(name).description(description)
  group.addHelpText('after', () => texts(terminal).more(`${pathOf(group)} ${group.commands[0]?.name()}`))
  for (const member of members) group.addCommand(member(terminal))
  return group
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}

const texts = catalogue(
  { more: (command: string) => `\nEach command explains itself, with examples: ${command} --help\n` },
  { more: (command) => `\n每个命令都有说明和示例：${command} --help\n` },
)
