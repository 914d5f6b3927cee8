import { machine } from './machine.js'
import type { Report, ScenarioResult } from './results.js'
import type { ScaleName } from './scales.js'
import type { Scenario } from './scenario.js'

/** Runs one scenario: in this process, or in one of its own. */
export type Runner = (scenario: Scenario, scale: ScaleName) => Promise<ScenarioResult>

/** `onScenario` is told what there is after each scenario. */
export async function runBench(
  scenarios: readonly Scenario[],
  scale: ScaleName,
  runner: Runner,
  onScenario: (report: Report) => void = () => undefined,
): Promise<Report> {
  const [began, start] = [new Date().toISOString(), performance.now()]
  const where = machine()
  const results: ScenarioResult[] = []
  const soFar = (): Report => {
    const seconds = Math.round((performance.now() - start) / 1000)
    return { version: 1, scale, began, seconds, machine: where, scenarios: [...results] }
  }
  for (const scenario of scenarios) {
    results.push(await runner(scenario, scale))
    onScenario(soFar())
  }
  return soFar()
}
