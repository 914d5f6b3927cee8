import { Command } from 'commander'
import { decryptCommand } from './commands/decrypt.js'
import { encryptCommand } from './commands/encrypt.js'
import { initCommand } from './commands/init.js'
import { inspectCommand } from './commands/inspect.js'
import { rewrapCommand } from './commands/rewrap.js'

/** The command line. Each command is a file; libraries are loaded when a command runs, so that help comes at once. */
export function createProgram(): Command {
  const program = new Command('parasol')
    .description('Encrypts what parasol.yaml says, in the way that it says')
    .showSuggestionAfterError()
    .exitOverride()
  for (const command of [initCommand(), encryptCommand(), decryptCommand(), rewrapCommand(), inspectCommand()]) {
    program.addCommand(command.copyInheritedSettings(program))
  }
  return program
}
