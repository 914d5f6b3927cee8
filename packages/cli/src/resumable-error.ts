/** An interrupt of what can be gone on with, and how. */
export class Resumable extends Error {}
