import type { Server, Socket } from 'node:net'

/** Connections on which nothing was ever sent: Node takes them for ones that are about to send, and waits for them. */
export function closingSilent(server: Server): () => void {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}
