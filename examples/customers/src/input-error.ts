/** Something that the user can put right. The message names what was expected and holds no value of a file. */
export class InputError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** A name from outside in a message: in quotes, on one line, short. */
export function quoted(name: string): string {
  const short = name.length > 40 ? `${name.slice(0, 40)}…` : name
  return JSON.stringify(short).replaceAll(/\p{Cc}/gu, '?')
}
