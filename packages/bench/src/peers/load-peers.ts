import type { Absent } from '../scenario.js'
import { age } from './age.js'
import { aws } from './aws.js'
import { cloak } from './cloak.js'
import { jose } from './jose.js'
import type { Peer, PeerPackage } from './peer.js'
import { tweetnacl } from './tweetnacl.js'

export const peerPackages: readonly PeerPackage[] = [aws, jose, cloak, tweetnacl, age]

/** The peers that can be loaded here; one that cannot is named and takes no other with it. */
export async function loadPeers(): Promise<{ readonly peers: readonly Peer[]; readonly absent: readonly Absent[] }> {
  const loaded = await Promise.allSettled(peerPackages.map((each) => each.load()))
  const absent = peerPackages.filter((_, index) => loaded[index]?.status === 'rejected')
  return {
    peers: loaded.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])),
    absent: absent.map(({ name }) => ({ name, why: 'cannot be loaded here' })),
  }
}
