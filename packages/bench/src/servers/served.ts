/** A server that listens on a port of the loopback address. */
export interface Served {
  readonly port: number
  /** What the KMS's requests are signed with. */
  readonly accessKey?: { readonly id: string; readonly secret: string }
  close(): Promise<void>
}
