import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { RunningService } from '@parasol/service'
import { key } from './fixture.js'

export interface LineEnd {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly requestId: string
}

export interface LineReply {
  readonly record?: Readonly<Record<string, string>>
  readonly error?: { readonly code: string; readonly message: string }
  readonly end?: LineEnd
}

/** A stream of lines whose two halves a test drives by itself. */
export class LineExchange {
  readonly sent: ClientRequest
  readonly #answer: Promise<IncomingMessage>

  constructor(service: RunningService, path: string, headers: Readonly<Record<string, string>> = {}) {
    this.sent = request(service.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson', ...headers },
    })
    this.sent.on('error', () => undefined)
    this.#answer = new Promise((resolve, reject) => this.sent.once('response', resolve).once('error', reject))
    this.#answer.catch(() => undefined)
    this.sent.flushHeaders()
  }

  send(...lines: readonly unknown[]): this {
    this.sent.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    return this
  }

  end(bytes: string | Buffer = ''): this {
    this.sent.end(bytes)
    return this
  }

  answer(): Promise<IncomingMessage> {
    return this.#answer
  }

  /** The lines that came, and whether the body came to its end. */
  async read(): Promise<{ replies: LineReply[]; whole: boolean; end: LineEnd | undefined }> {
    const answer = await this.#answer
    let text = ''
    const whole = await new Promise<boolean>((resolve) => {
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('error', () => resolve(false))
      answer.on('close', () => resolve(answer.complete))
      answer.resume()
    })
    const replies = text.split('\n').flatMap((line): LineReply[] => (line === '' ? [] : [JSON.parse(line)]))
    return { replies, whole, end: replies.at(-1)?.end }
  }

  /** Waits for so many lines and leaves the rest. */
  async first(count: number): Promise<LineReply[]> {
    const answer = await this.#answer
    let text = ''
    return new Promise((resolve) => {
      const look = (chunk: Buffer): void => {
        text += chunk
        const lines = text.split('\n').slice(0, -1)
        if (lines.length < count) return
        answer.off('data', look)
        answer.pause()
        resolve(lines.map((line) => JSON.parse(line)))
      }
      answer.on('data', look)
      answer.resume()
    })
  }
}
