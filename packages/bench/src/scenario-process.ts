import type { Message } from './isolated.js'
import { scenarioByName } from './registry.js'
import { runScenario } from './run-scenario.js'
import { type ScaleName, scales } from './scales.js'

// Whoever gives up, by a key or otherwise, leaves no folders behind: they are removed when this process ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.once('disconnect', () => process.exit())

const [name = '', scale = 'quick'] = process.argv.slice(2)
const tell = (message: Message): void => void process.send?.(message)
const result = await runScenario(scenarioByName(name), scales[scale as ScaleName], (progress) => tell({ progress }))
tell({ result })
process.disconnect?.()
