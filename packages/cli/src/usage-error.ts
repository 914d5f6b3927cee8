/**
 * The command line, or the input, is not what was expected. It is no CryptoError, so that it can be thrown while no
 * library is loaded; as there, the message never repeats a value.
 */
export class UsageError extends Error {}
