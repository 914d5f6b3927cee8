import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const END_OF_HEAD = '\r\n\r\n'

/**
 * Sends HTTP requests that are written already over connections that stay open, and reads no more of the answers than it
 * has to, so that the load does not take the time that the server needs.
 */
export class HttpLoad implements Disposable {
  readonly #connections: readonly Connection[]

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections
  }

  static async connect(port: number, connections: number): Promise<HttpLoad> {
    const opening = Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      await once(socket, 'connect')
      return new Connection(socket)
    })
    return new HttpLoad(await Promise.all(opening))
  }

  /** One request; gives the body of the answer. */
  async ask(request: Buffer): Promise<string> {
    const answer = (await this.#connections[0]?.ask(request)) ?? ''
    return answer.slice(answer.indexOf(END_OF_HEAD) + END_OF_HEAD.length)
  }

  /** All requests; each connection takes the next one when it is free. */
  async send(requests: readonly Buffer[]): Promise<void> {
    const waiting = requests.values()
    await Promise.all(
      this.#connections.map(async (connection) => {
        for (const request of waiting) await connection.ask(request)
      }),
    )
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close()
  }
}

class Connection {
  readonly #socket: Socket
  #received = ''
  #pending: PromiseWithResolvers<string> | undefined

  constructor(socket: Socket) {
    this.#socket = socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#take(text))
    socket.on('error', (error) => this.#pending?.reject(error))
    socket.on('close', () => this.#pending?.reject(new Error('The server closed a connection')))
  }

  ask(request: Buffer): Promise<string> {
    this.#pending = withResolvers()
    if (this.#socket.destroyed) this.#pending.reject(new Error('The server closed a connection'))
    this.#socket.write(request)
    return this.#pending.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#received += text
    const headEnds = this.#received.indexOf(END_OF_HEAD)
    if (headEnds === -1) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1])
    if (this.#received.length < headEnds + END_OF_HEAD.length + length) return
    const answer = this.#received
    this.#received = ''
    if (answer.startsWith('HTTP/1.1 200')) this.#pending?.resolve(answer)
    else this.#pending?.reject(new Error(`The server answered ${answer.slice(0, 12)}`))
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

/** As `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let settle: Omit<PromiseWithResolvers<T>, 'promise'> | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...(settle as Omit<PromiseWithResolvers<T>, 'promise'>) }
}
