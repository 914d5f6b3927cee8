/** The work is done, but not for all of it: rows failed, or checks did. It ends the program with 8. */
export class Incomplete extends Error {
  /** For programs. */
  readonly code: 'ROWS_FAILED' | 'CHECKS_FAILED'

  constructor(code: Incomplete['code'], message: string) {
    super(message)
    this.code = code
  }
}
