import { isIP } from 'node:net';
import type { KeyCall } from '../../functions/core/key/key-call';
import type { IsPipelines } from './addresses';
import { callName } from './iam-action';

/**
 * What a client is: `pipeline` and `other` by its address, where somebody has said which addresses the pipelines have, or
 * `other` by a browser; `perhaps` is a guess; `service` is AWS itself, for a call before.
 */
export const CLIENT_KINDS = ['pipeline', 'perhaps', 'service', 'other'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export interface Client {
  readonly from: string;
  readonly agent: string;
  readonly is: ClientKind;
  /** What that was told by. */
  readonly by: string;
  readonly calls: number;
  /** Of these, IAM refused. */
  readonly refused: number;
  readonly last: Date;
}

/** Who made calls, whoever made the most first. Keyturn's own proofs are nobody's. */
export function clientsOf(calls: readonly KeyCall[], isPipelines: IsPipelines | undefined): readonly Client[] {
  const clients = new Map<string, Client>();
  for (const call of calls) {
    if (call.isProof) continue;
    const key = `${call.from} ${call.agent}`;
    const { calls: before = 0, refused = 0, last = call.at, ...known } = clients.get(key) ?? {};
    clients.set(key, {
      from: call.from,
      agent: call.agent,
      ...kindOf(call, isPipelines),
      ...known,
      calls: before + 1,
      refused: refused + (call.isRefused ? 1 : 0),
      last: call.at > last ? call.at : last,
    });
  }
  return [...clients.values()].sort((a, b) => b.calls - a.calls || (a.from < b.from ? -1 : 1));
}

/** By its agent. Atlassian: runners of one's own are on Linux, macOS and Windows. */
const GUESSES = {
  linux: 'an agent on Linux',
  macos: 'an agent on macOS, as of a desktop or a runner of your own',
  windows: 'an agent on Windows, as of a desktop or a runner of your own',
} as const;

/** What whoever made a call is. */
export function kindOf({ from, system }: KeyCall, isPipelines: IsPipelines | undefined): Pick<Client, 'is' | 'by'> {
  if (isIP(from) === 0) return { is: 'service', by: 'AWS, for a call before' };
  if (isPipelines?.(from)) return { is: 'pipeline', by: 'its address' };
  if (isPipelines !== undefined) return { is: 'other', by: 'its address' };
  if (system === 'browser') return { is: 'other', by: 'its agent: a browser' };
  return { is: 'perhaps', by: `a guess: ${system === undefined ? 'nothing speaks against it' : GUESSES[system]}` };
}

/** Whether a call may be a desktop's, by its agent. */
export function isOnDesktop({ system }: KeyCall): boolean {
  return system === 'macos' || system === 'windows';
}

export interface Called {
  /** IAM's name of the service, and CloudTrail's of the call. */
  readonly call: string;
  readonly times: number;
  /** Of these, IAM refused. */
  readonly refused: number;
  readonly regions: readonly string[];
}

/** What was called, the most frequent first. */
export function calledOf(calls: readonly KeyCall[]): readonly Called[] {
  const called = new Map<string, { times: number; refused: number; readonly regions: Set<string> }>();
  for (const call of calls) {
    if (call.isProof) continue;
    const name = callName(call);
    const known = called.get(name) ?? { times: 0, refused: 0, regions: new Set<string>() };
    known.times += 1;
    known.refused += call.isRefused ? 1 : 0;
    known.regions.add(call.region);
    called.set(name, known);
  }
  return [...called]
    .map(([call, { regions, ...counts }]) => ({ call, ...counts, regions: [...regions].sort() }))
    .sort((a, b) => b.times - a.times || (a.call < b.call ? -1 : 1));
}
