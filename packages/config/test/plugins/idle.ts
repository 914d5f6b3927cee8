import { kmsModule } from '@parasol/core/container'
import { definePlugin } from '@parasol/core/plugin'
import * as z from 'zod'

/** Of the wrong kind where a scheme belongs. */
export const plugin = definePlugin({
  options: z.strictObject({}),
  module: (name) => kmsModule(name, () => Object.create(null), []),
})
