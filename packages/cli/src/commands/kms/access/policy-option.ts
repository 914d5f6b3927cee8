import type { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import type { Terminal } from '../../../terminal.js'

/** `--policy`, which may be repeated. */
export function addPolicyOption(command: Command, terminal: Terminal): Command {
  const append = (value: string, former: readonly string[]): readonly string[] => [...former, value]
  return command.option('--policy <policy>', texts(terminal).policy, append, [])
}

const texts = catalogue(
  {
    policy:
      "full-access, crypto-user, crypto-admin, read-only, assume-role, the cloud's name of one, or a file in the shape of RAM; repeatable",
  },
  { policy: 'full-access、crypto-user、crypto-admin、read-only、assume-role，云端的策略名，或 RAM 格式的文件；可重复' },
)
