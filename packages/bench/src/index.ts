export { type Measured, type MeasureOptions, measure } from './measure.js'
export { formatReport, type Report } from './report.js'
export { runBench } from './run-bench.js'
export type { Comparison, Scenario } from './scenario.js'
