import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { allocateSecret } from '@parasol/core'

export interface ConnectionTarget {
  readonly protocol: 'https' | 'http'
  readonly host: string
  readonly port: number
  /** In PEM, instead of those that Node trusts. */
  readonly ca?: readonly string[]
}

/** More than a piece that the system hands over at once. */
const BUFFER_BYTES = 64 * 1024

/**
 * A connection whose incoming bytes are left nowhere: the system writes them into one buffer, always the same, and each
 * piece is copied out of it once, for the reader to zero. A usual socket gets a buffer for each piece from the allocator,
 * shortens it, and gives the rest back as it is.
 */
export class WipedConnection extends Duplex {
  readonly #socket: Socket

  constructor(target: ConnectionTarget) {
    super()
    this.#socket = open(target, (bytes) => this.#take(bytes))
    this.#socket.once('end', () => this.push(null))
    this.#socket.once('error', (error) => this.destroy(error))
    this.#socket.once('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  /** In one packet, if they fit. */
  override _writev(chunks: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.#socket.cork()
    for (const [index, { chunk }] of chunks.entries()) {
      this.#socket.write(chunk, index === chunks.length - 1 ? done : undefined)
    }
    this.#socket.uncork()
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }

  /** What an agent asks of a connection: that an idle one is watched, and does not keep the process alive. */
  setKeepAlive(on: boolean, milliseconds: number): void {
    this.#socket.setKeepAlive(on, milliseconds)
  }

  setTimeout(): void {}

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  #take(bytes: Uint8Array): boolean {
    const piece = allocateSecret(bytes.length)
    piece.set(bytes)
    bytes.fill(0)
    return this.push(piece)
  }
}

/** The names of certificates are checked, and their chain. */
function open({ protocol, host, port, ca }: ConnectionTarget, take: (bytes: Uint8Array) => boolean): Socket {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  const onread = { buffer, callback: (length: number) => take(buffer.subarray(0, length)) }
  if (protocol === 'http') return connectTcp({ host, port, onread, noDelay: true })
  const servername = isIP(host) ? {} : { servername: host }
  const trusted = ca ? { ca: [...ca] } : {}
  return connectTls({
    host,
    port,
    ALPNProtocols: ['http/1.1'],
    ...trusted,
    ...servername,
    ...{ onread, noDelay: true },
  })
}
