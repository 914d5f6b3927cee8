import { parseArgs } from 'node:util'
import { SopError } from './sop-error.js'

/** The options of a subcommand: those without a value, with one, and with one each time that they are given. */
export interface OptionNames {
  readonly flags?: readonly string[]
  readonly values?: readonly string[]
  readonly lists?: readonly string[]
}

/** What was given, by name; and what is no option. */
export class SopArguments {
  readonly positionals: readonly string[]
  readonly #given: Readonly<Record<string, unknown>>

  constructor(given: Readonly<Record<string, unknown>>, positionals: readonly string[]) {
    this.#given = given
    this.positionals = positionals
  }

  has(name: string): boolean {
    return this.#given[name] === true
  }

  value(name: string): string | undefined {
    return this.#given[name] as string | undefined
  }

  list(name: string): readonly string[] {
    return (this.#given[name] as readonly string[] | undefined) ?? []
  }

  /** One of a few words. @throws SopError UNSUPPORTED_OPTION */
  choice<Word extends string>(name: string, words: readonly Word[]): Word {
    const given = this.value(name) ?? words[0]
    const word = words.find((each) => each === given)
    if (word !== undefined) return word
    throw new SopError('UNSUPPORTED_OPTION', `--${name} is one of ${words.join(', ')}`)
  }

  /** @throws SopError MISSING_ARG */
  requirePositionals(what: string, count = 1): readonly string[] {
    if (this.positionals.length >= count) return this.positionals
    throw new SopError('MISSING_ARG', `Expected ${what}`)
  }
}

/** @throws SopError UNSUPPORTED_OPTION, MISSING_ARG */
export function parseSopArguments(args: readonly string[], names: OptionNames): SopArguments {
  const { flags = [], values = [], lists = [] } = names
  const options = Object.fromEntries([
    ...flags.map((name) => [name, { type: 'boolean' as const }]),
    ...values.map((name) => [name, { type: 'string' as const }]),
    ...lists.map((name) => [name, { type: 'string' as const, multiple: true }]),
  ])
  try {
    const { values: given, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    return new SopArguments(given, positionals)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Its message would repeat the argument.
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new SopError('UNSUPPORTED_OPTION', 'No such option')
    throw new SopError('MISSING_ARG', 'An option lacks its value, or has one that it does not take')
  }
}
