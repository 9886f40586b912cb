import { targetName } from '../../functions/core/hosts/target';
import type { KeyCall } from '../../functions/core/key/key-call';
import type { ExitDocument } from '../documents/exits';
import type { IsPipelines } from './addresses';
import { blockersOf, type TakesOver } from './blockers';
import { type Change, changesOf, variablesOf } from './change';
import { calledOf, clientsOf, kindOf } from './clients';
import { leastPolicy } from './policy';
import type { Place } from './resources';
import { callsOf, isWhole, type SeenExit } from './seen';
import { unseenUses } from './unseen';
import { gapsOf, notesOf, verdictOf } from './verdict';

/** What is decided of one managed key by what was seen of it. */
export function exitDocument(seen: SeenExit, place: Place, isPipelines: IsPipelines | undefined): ExitDocument {
  const calls = callsOf(seen);
  const clients = clientsOf(calls, isPipelines);
  const blockers = blockersOf(seen, clients);
  const proposed = leastPolicy(callsOfPipelines(seen, isPipelines), place);
  const verdict = (of: TakesOver) =>
    verdictOf(
      seen,
      clients,
      blockers.filter(({ blocks }) => blocks.includes(of)),
    );
  return {
    id: seen.id,
    user: seen.user,
    targets: seen.targets.map(targetName),
    readers: seen.readers && [...seen.readers],
    accessKeys: seen.keys.map(({ accessKeyId, is, lastUsed, calls: all }) => ({
      accessKeyId,
      is,
      calls: all.filter(({ isProof }) => !isProof).length,
      lastUsed: lastUsed && { ...lastUsed, at: lastUsed.at?.toISOString() },
    })),
    clients: clients.map(({ last, ...client }) => ({ ...client, last: last.toISOString() })),
    calls: calledOf(calls).map(({ regions, ...called }) => ({ ...called, regions: [...regions] })),
    isWhole: isWhole(seen),
    readBack: seen.readBack?.toISOString(),
    unseen: [...unseenUses(seen)],
    role: verdict('role'),
    provider: verdict('provider'),
    blockers: blockers.map(({ blocks, ...found }) => ({ ...found, blocks: [...blocks] })),
    notes: [...notesOf(seen)],
    policy: proposed.policy,
    gaps: [...gapsOf(seen, proposed, blockers, isPipelines === undefined)],
    changes: changesOf(seen, place, proposed.policy !== undefined).map(changeDocument),
    variables: [...variablesOf(seen.targets)],
  };
}

export function changeDocument({
  rule: _rule,
  held: _held,
  steps,
  ...change
}: Change): ExitDocument['changes'][number] {
  return { ...change, steps: [...steps] };
}

/** What nobody else did, so far as it is known: neither a key that somebody made by hand, nor whoever is no pipeline. */
function callsOfPipelines({ keys }: SeenExit, isPipelines: IsPipelines | undefined): readonly KeyCall[] {
  const calls = callsOf({ keys: keys.filter(({ is }) => is !== 'foreign') });
  return calls.filter((call) => kindOf(call, isPipelines).is !== 'other');
}
