import { ALARM_PREFIX, idOfSecret, REGISTRY_PATH } from '../../functions/core/names';
import type { OwnCall } from '../../functions/core/own-things';
import type { Facts } from './facts';
import type { Read } from './read';

/** Kinds of things whose absence is told, by what CloudFormation calls them. */
const TYPES = {
  rules: 'AWS::Events::Rule',
  functions: 'AWS::Lambda::Function',
  alarms: 'AWS::CloudWatch::Alarm',
} as const;

type Seen = Pick<
  Facts,
  'deployed' | 'resources' | 'rules' | 'functions' | 'alarms' | 'registry' | 'survey' | 'policies'
>;

/**
 * Names of what the stack has by CloudFormation's word, and AWS has not: somebody has deleted it by hand. A stack may
 * have rules and alarms of others too, which nobody has read.
 */
export function goneOf(seen: Seen, kind: keyof typeof TYPES): Read<readonly string[]> {
  const there: Read<readonly { readonly name: string }[]> = seen[kind];
  const prefix = prefixOf(seen, kind);
  return missing(
    seen,
    there,
    ({ type, id }) => (type === TYPES[kind] && id.startsWith(prefix) ? [id] : []),
    ({ name }) => name,
  );
}

/** What the names of those begin with that were read. Of functions every one of the stack was. */
function prefixOf({ deployed }: Seen, kind: keyof typeof TYPES): string {
  if (kind === 'alarms') return ALARM_PREFIX;
  const names = deployed.is === 'read' ? deployed.value?.things.names : undefined;
  return kind === 'rules' ? (names ?? '') : '';
}

/** IDs of the managed keys whose parameters the stack has by CloudFormation's word, and SSM has not. */
export function goneEntries(seen: Seen): Read<readonly string[]> {
  const { registry } = seen;
  const there: Read<readonly { readonly id: string }[]> =
    registry.is === 'read' ? { is: 'read', value: [...registry.value.entries, ...registry.value.invalid] } : registry;
  return missing(
    seen,
    there,
    ({ type, id }) =>
      type === 'AWS::SSM::Parameter' && id.startsWith(REGISTRY_PATH) ? [id.slice(REGISTRY_PATH.length)] : [],
    ({ id }) => id,
  );
}

function missing<Thing>(
  { resources }: Seen,
  there: Read<readonly Thing[]>,
  wanted: (resource: { readonly type: string; readonly id: string }) => readonly string[],
  nameOf: (thing: Thing) => string,
): Read<readonly string[]> {
  if (there.is === 'unread') return there;
  if (resources.is === 'unread') return resources;
  const names = new Set(there.value.map(nameOf));
  return { is: 'read', value: resources.value.flatMap(wanted).filter((name) => !names.has(name)) };
}

/** Keys that Keyturn made and that no entry names any more, by id: a deployment of another file may have done that. */
export function lostKeys({ survey }: Seen): readonly string[] {
  if (survey.is === 'unread') return [];
  return survey.value.problems.flatMap((problem) =>
    'finding' in problem && problem.finding.code === 'registry-lost' ? problem.finding.facts.lost : [],
  );
}

/** Rules that start and tell nothing of the stack's own. Where nobody knows what is its own, those that have no target. */
export function idleRules({ rules, resources }: Pick<Facts, 'rules' | 'resources'>): readonly string[] {
  if (rules.is === 'unread') return [];
  const own = resources.is === 'read' ? resources.value.map(({ id }) => id.replace(/^.*[/:]/, '')) : undefined;
  const isOwn = (arn: string) => own === undefined || own.includes(arn.replace(/^.*[/:]/, ''));
  return rules.value.filter(({ targets }) => !targets.some(isOwn)).map(({ name }) => name);
}

/** The calls that say who took away what is gone. CloudTrail takes two questions a second: they are asked only then. */
export function callsThatExplain(seen: Seen): readonly OwnCall[] {
  const isGone = (read: Read<readonly string[]>) => read.is === 'read' && read.value.length > 0;
  const isMute = seen.alarms.is === 'read' && seen.alarms.value.some(({ tells }) => !tells);
  const isOpen =
    seen.policies.is === 'read' &&
    [...seen.policies.value].some(([name, { policy }]) => idOfSecret(name) !== undefined && policy === undefined);
  const asked: readonly (readonly [boolean, readonly OwnCall[]])[] = [
    [isGone(goneOf(seen, 'rules')), ['DeleteRule']],
    [isGone(goneOf(seen, 'rules')) || idleRules(seen).length > 0, ['RemoveTargets']],
    [isGone(goneOf(seen, 'functions')), ['DeleteFunction20150331']],
    [isGone(goneOf(seen, 'alarms')), ['DeleteAlarms']],
    [isMute, ['DisableAlarmActions']],
    // What scales by itself makes it by the thousand.
    [isMute || isGone(goneOf(seen, 'alarms')), ['PutMetricAlarm']],
    [isGone(goneEntries(seen)) || lostKeys(seen).length > 0, ['DeleteParameter', 'DeleteParameters']],
    [isOpen, ['DeleteResourcePolicy']],
  ];
  return asked.flatMap(([is, calls]) => (is ? calls : []));
}

/** ` (DeleteRule by somebody at some time)`, where CloudTrail has it. */
export function byWhom({ ownHistory }: Pick<Facts, 'ownHistory'>, thing: string, ...calls: readonly string[]): string {
  if (ownHistory.is === 'unread') return '';
  const done = ownHistory.value.changes.findLast((one) => calls.includes(one.call) && one.thing.endsWith(thing));
  return done === undefined ? '' : ` (${done.call} by ${done.by} at ${done.at.toISOString()})`;
}
