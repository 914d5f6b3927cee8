import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

export interface Balancer extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

/** Gives each connection to the next of some ports that answers, as a balancer in front of instances does. */
export async function startBalancer(ports: () => readonly number[]): Promise<Balancer> {
  let turn = 0
  const server = createServer((client) => {
    const candidates = ports()
    const order = candidates.map((_, index) => candidates[(turn + index) % candidates.length] as number)
    turn += 1
    client.on('error', () => undefined)
    const tryNext = (): void => {
      const port = order.shift()
      if (port === undefined) return void client.destroy()
      const upstream = connect(port, '127.0.0.1')
      upstream.once('connect', () => {
        upstream.off('error', tryNext)
        upstream.on('error', () => client.destroy())
        client.pipe(upstream).pipe(client)
        client.once('close', () => upstream.destroy())
        upstream.once('close', () => client.destroy())
      })
      upstream.once('error', tryNext)
    }
    tryNext()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
