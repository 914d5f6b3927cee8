/** How a `sop` program ends, by the names that the draft gives: draft-dkg-openpgp-stateless-cli, "Failure Modes". */
export const SOP_EXIT_CODES = {
  UNSPECIFIED_FAILURE: 1,
  NO_SIGNATURE: 3,
  UNSUPPORTED_ASYMMETRIC_ALGO: 13,
  CERT_CANNOT_ENCRYPT: 17,
  MISSING_ARG: 19,
  INCOMPLETE_VERIFICATION: 23,
  CANNOT_DECRYPT: 29,
  PASSWORD_NOT_HUMAN_READABLE: 31,
  UNSUPPORTED_OPTION: 37,
  BAD_DATA: 41,
  EXPECTED_TEXT: 53,
  OUTPUT_EXISTS: 59,
  MISSING_INPUT: 61,
  KEY_IS_PROTECTED: 67,
  UNSUPPORTED_SUBCOMMAND: 69,
  UNSUPPORTED_SPECIAL_PREFIX: 71,
  AMBIGUOUS_INPUT: 73,
  KEY_CANNOT_SIGN: 79,
  INCOMPATIBLE_OPTIONS: 83,
  UNSUPPORTED_PROFILE: 89,
  NO_HARDWARE_KEY_FOUND: 97,
  HARDWARE_KEY_FAILURE: 101,
  PRIMARY_KEY_BAD: 103,
  CERT_USERID_NO_MATCH: 107,
  KEY_CANNOT_CERTIFY: 109,
} as const

export type SopFailure = keyof typeof SOP_EXIT_CODES

/** A failure that the draft has a name for. */
export class SopError extends Error {
  readonly failure: SopFailure

  constructor(failure: SopFailure, message: string) {
    super(message)
    this.failure = failure
  }
}
