import { createServer, type IncomingMessage, type Server } from 'node:http'

/** The least that a JSON service on node:http costs: it parses the body and writes it again. */
export function bareEcho(): Server {
  return createServer(async (request, response) => {
    const body = JSON.stringify(JSON.parse((await readAll(request)).toString()))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
}

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}
