import type { KeyCall } from '../../functions/core/key/key-call';
import { callName, iamActions } from './iam-action';
import { type Place, resourcesOf } from './resources';

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: string[];
  readonly Resource: string[];
}

export interface LeastPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: PolicyStatement[];
}

export interface Proposed {
  /** @default - nothing that was seen needs a right */
  readonly policy?: LeastPolicy;
  /** Actions on everything, because CloudTrail's records do not say which resource IAM is asked about. */
  readonly wide: readonly string[];
  /** Calls whose right is not known. */
  readonly unmapped: readonly string[];
}

/** More names than so many are a list that nobody reviews. */
const MOST_RESOURCES = 20;

/** The least policy for the calls that were seen and that IAM allowed. */
export function leastPolicy(calls: readonly KeyCall[], place: Place): Proposed {
  const resources = new Map<string, Set<string>>();
  const unmapped = new Set<string>();
  for (const call of calls) {
    if (call.isRefused || call.isProof) continue;
    const actions = iamActions(call);
    if (actions === undefined) unmapped.add(callName(call));
    for (const action of actions ?? []) {
      const known = resources.get(action) ?? new Set();
      for (const arn of resourcesOf(action, call, place)) known.add(arn);
      resources.set(action, known);
    }
  }
  const rows = [...resources].map(([action, arns]): readonly [string, readonly string[]] => [action, narrow(arns)]);
  const wide = rows.flatMap(([action, [arn]]) => (arn === '*' ? [action] : [])).sort();
  return {
    ...(rows.length === 0 ? {} : { policy: { Version: '2012-10-17' as const, Statement: statements(rows) } }),
    wide,
    unmapped: [...unmapped].sort(),
  };
}

function narrow(arns: ReadonlySet<string>): readonly string[] {
  return arns.has('*') || arns.size > MOST_RESOURCES ? ['*'] : [...arns].sort();
}

/** One statement for what is on the same resources. */
function statements(rows: readonly (readonly [string, readonly string[]])[]): PolicyStatement[] {
  const byResources = new Map<string, { readonly actions: string[]; readonly arns: readonly string[] }>();
  for (const [action, arns] of rows) {
    const key = arns.join(' ');
    const group = byResources.get(key) ?? { actions: [], arns };
    group.actions.push(action);
    byResources.set(key, group);
  }
  return [...byResources.values()]
    .map(({ actions, arns }) => ({ actions: actions.sort(), arns }))
    .sort((a, b) => ((a.actions[0] ?? '') < (b.actions[0] ?? '') ? -1 : 1))
    .map(({ actions, arns }, at) => ({ Sid: `Seen${at + 1}`, Effect: 'Allow', Action: actions, Resource: [...arns] }));
}
