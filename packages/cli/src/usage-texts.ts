import type { CommanderError } from 'commander'
import { catalogue } from './catalogue.js'
import type { Terminal } from './terminal.js'

/**
 * What is wrong with the command line, as one line. Of commander's message only names are used, for it repeats values,
 * and a value may have come to the wrong place.
 */
export function explainUsage(terminal: Terminal, { code, message }: CommanderError, command: string): string {
  const texts = usageTexts(terminal)
  const [first = '', second = ''] = [...message.matchAll(/'([^']*)'/g)].map(([, name = '']) => nameOf(name))
  const [, similar] = /\(Did you mean (?:one of )?(.+)\?\)/.exec(message) ?? []
  const [, choices = ''] = /Allowed choices are (.+)\.$/.exec(message) ?? []
  // Of an argument, the value comes first.
  const choice = message.includes('command-argument value') ? `<${second}>` : first
  const explanations: Readonly<Record<string, string>> = {
    'commander.unknownOption': texts.unknownOption(first),
    'commander.unknownCommand': texts.unknownCommand(first),
    'commander.missingArgument': texts.missingArgument(first),
    'commander.optionMissingArgument': texts.optionMissingArgument(first),
    'commander.missingMandatoryOptionValue': texts.missingOption(first),
    'commander.conflictingOption': texts.conflict(first, second),
    'commander.excessArguments': texts.excessArguments,
    'commander.invalidArgument': texts.invalidChoice(choice, choices),
  }
  const advice = similar === undefined ? '' : texts.didYouMean(similar)
  return `${explanations[code] ?? texts.unreadable}${advice}${texts.seeHelp(command)}`
}

/** Without what follows an equals sign. */
function nameOf(text: string): string {
  return text.replace(/=.*$/s, '').slice(0, 40)
}

const usageTexts = catalogue(
  {
    unknownOption: (name: string) => `Unknown option "${name}"`,
    unknownCommand: (name: string) => `Unknown command "${name}"`,
    missingArgument: (name: string) => `Expected <${name}>`,
    optionMissingArgument: (option: string) => `Option "${option}" lacks its value`,
    missingOption: (option: string) => `Option "${option}" is missing`,
    conflict: (one: string, other: string) => `"${one}" and "${other}" exclude each other`,
    excessArguments: 'More arguments than expected: put quotes around text with spaces',
    invalidChoice: (name: string, choices: string) => `"${name}" takes one of: ${choices}`,
    unreadable: 'The command line is not what was expected',
    didYouMean: (names: string) => `. Did you mean ${names}?`,
    seeHelp: (command: string) => ` (${command} --help)`,
  },
  {
    unknownOption: (name) => `没有选项 "${name}"`,
    unknownCommand: (name) => `没有命令 "${name}"`,
    missingArgument: (name) => `缺少 <${name}>`,
    optionMissingArgument: (option) => `选项 "${option}" 缺少值`,
    missingOption: (option) => `缺少选项 "${option}"`,
    conflict: (one, other) => `"${one}" 与 "${other}" 不能同时使用`,
    excessArguments: '参数过多：含空格的文字请加引号',
    invalidChoice: (name, choices) => `"${name}" 只能是：${choices}`,
    unreadable: '命令行有误',
    didYouMean: (names) => `。是不是 ${names}？`,
    seeHelp: (command) => `（${command} --help）`,
  },
)
