import type { Command, Option } from 'commander'

/** A command as shells complete it. */
export interface Node {
  /** `parasol kms keys` */
  readonly path: string
  readonly commands: readonly Word[]
  readonly options: readonly OptionWord[]
}

export interface Word {
  readonly word: string
  readonly about: string
}

export interface OptionWord {
  /** `--out` and `-o`. */
  readonly flags: readonly string[]
  readonly about: string
  readonly takesValue: boolean
  /** What the value can be; empty for anything, which is completed as a file. */
  readonly choices: readonly string[]
}

/** Every command of a program, each with what can follow it. */
export function nodesOf(command: Command): readonly Node[] {
  const visible = command.createHelp()
  const commands = visible.visibleCommands(command)
  const node: Node = {
    path: pathOf(command),
    commands: commands.map((each) => ({ word: each.name(), about: each.summary() || each.description() })),
    options: visible.visibleOptions(command).map(optionWord),
  }
  const children = commands.filter((each) => command.commands.includes(each))
  return [node, ...children.flatMap(nodesOf)]
}

function optionWord({ short, long, description, required, optional, argChoices }: Option): OptionWord {
  return {
    flags: [long, short].filter((flag) => flag !== undefined),
    about: description,
    takesValue: required || optional,
    choices: argChoices ?? [],
  }
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}
