import type { Answer } from '../answer.js'
import { docsPage } from './docs-page.js'
import { openApiDocument } from './openapi.js'

const known = new Map<string, Answer>()

/** What the service says of itself at `/openapi.json`, and else as a page. It is the same everywhere, so that anybody may see it. */
export function describe(path: string | undefined): Answer {
  const name = path === '/openapi.json' ? 'document' : 'page'
  const answer = known.get(name) ?? { document: showDocument, page: showPage }[name]()
  known.set(name, answer)
  return answer
}

function showDocument(): Answer {
  return { body: JSON.stringify(openApiDocument()) }
}

function showPage(): Answer {
  const { html, policy } = docsPage(openApiDocument())
  return { body: html, type: 'text/html; charset=utf-8', policy }
}
