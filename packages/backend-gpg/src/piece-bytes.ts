/** Streams are worked on in pieces of so many bytes: more do not fit into a processor's cache, fewer cost more calls. */
export const PIECE_BYTES = 256 * 1024
