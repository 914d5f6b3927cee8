import type { Message } from './isolated.js'
import { scenarioByName } from './registry.js'
import { runScenario } from './run-scenario.js'
import { type ScaleName, scales } from './scales.js'

const [name = '', scale = 'quick'] = process.argv.slice(2)
const tell = (message: Message): void => void process.send?.(message)
const result = await runScenario(scenarioByName(name), scales[scale as ScaleName], (progress) => tell({ progress }))
tell({ result })
process.disconnect?.()
