import { createHash } from 'node:crypto'
import type { Json } from './responses.js'

export interface Page {
  readonly html: string
  /** Which lets the page show nothing but itself. */
  readonly policy: string
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
summary { cursor: pointer; padding: .4rem 0 }
code, pre { font: .875rem/1.4 ui-monospace, monospace }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8888; border-radius: .25rem }
details { border-top: 1px solid #8888 } details details { margin-left: 1.5rem }
`

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly Named[]
  readonly requestBody?: Json
  readonly responses: Readonly<Record<string, { readonly description: string } & Json>>
}
interface Named {
  readonly name: string
}

/** An OpenAPI document as a page to browse: HTML and a style sheet, no script, nothing from elsewhere. */
export function docsPage(document: Json): Page {
  const { info, paths, components } = document as {
    info: { title: string; version: string; summary: string }
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
    components: { schemas: Readonly<Record<string, Json>> }
  }
  const operations = Object.entries(paths).flatMap(([path, { parameters, ...methods }]) =>
    Object.entries(methods).map(([method, operation]) => showOperation(method, path, operation, parameters)),
  )
  const schemas = Object.entries(components.schemas).map(([name, schema]) =>
    fold(`<code>${escapeHtml(name)}</code> ${escapeHtml(String(schema['description'] ?? ''))}`, showJson(schema), name),
  )
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)}</title>
<style>${STYLE}</style>
<h1>${escapeHtml(info.title)} ${escapeHtml(info.version)}</h1>
<p>${escapeHtml(info.summary)}. <a href="openapi.json">openapi.json</a>
<h2>Requests</h2>
${operations.join('\n')}
<h2>Schemas</h2>
${schemas.join('\n')}
</html>
`
  const hash = createHash('sha256').update(STYLE).digest('base64')
  return {
    html,
    policy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  }
}

function showOperation(method: string, path: string, operation: Operation, parameters: unknown): string {
  const { summary = '', requestBody, responses } = operation
  const answers = Object.entries(responses).map(([status, { description, ...response }]) =>
    fold(`<code>${status}</code> ${escapeHtml(description)}`, showJson(response)),
  )
  return fold(
    `<code>${method.toUpperCase()} ${escapeHtml(path)}</code> ${escapeHtml(summary)}`,
    [
      ...(parameters ? [fold('Parameters', showJson(parameters))] : []),
      ...(requestBody ? [fold('Body', showJson(requestBody))] : []),
      ...answers,
    ].join('\n'),
  )
}

function fold(summary: string, content: string, id?: string): string {
  return `<details${id === undefined ? '' : ` id="${escapeHtml(id)}"`}><summary>${summary}</summary>\n${content}\n</details>`
}

/** References are links. */
function showJson(value: unknown): string {
  const text = escapeHtml(JSON.stringify(value, undefined, 2))
  return `<pre>${text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#$1">$&</a>')}</pre>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
