/** What people use instead of Parasol, ready to work. */
export interface Peer {
  readonly name: string
  encrypt(text: string): Sealed | Promise<Sealed>
  decrypt(sealed: never): string | Promise<string>
}

/** As the peer gives it: text or bytes. */
export type Sealed = string | Uint8Array

export interface PeerPackage {
  readonly name: string
  /** What it does more or less than Parasol, for who judges the figures. */
  readonly fairness: string
  /** Rejects where it is not installed. */
  load(): Promise<readonly Peer[]>
}
