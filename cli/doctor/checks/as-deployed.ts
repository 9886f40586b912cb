import { ALARM_PREFIX } from '../../../functions/core/names';
import { shipped } from '../../package-root';
import { type Check, type Cure, counted, fail, judged, named, ok, unknown, type Verdict, warn } from '../check';
import { aws, REMAKE, REVERT } from '../cures';
import type { Facts } from '../facts';
import { byWhom, goneOf, idleRules } from '../gone';

export const rules: Check = {
  id: 'rules',
  group: 'deployment',
  must: 'every rule of the stack is there, enabled, and starts or tells what is its own',
  takes: 'events:ListRules, events:ListTargetsByRule, cloudformation:ListStackResources on the stack',
  judge: (facts) =>
    judged(facts.rules, (all) => {
      const { region } = facts.caller;
      if (all.length === 0) return fail('EventBridge has no rule of the stack: nothing runs any more.', REMAKE);
      const gone = goneOf(facts, 'rules');
      const missing = gone.is === 'read' ? gone.value : [];
      const idle = idleRules(facts);
      const off = all.filter(({ enabled }) => !enabled).map(({ name }) => name);
      const told = [
        ...sentence(missing, 'Somebody deleted', (name) => byWhom(facts, name, 'DeleteRule')),
        ...sentence(idle, 'Nothing of the stack is a target of', (name) =>
          byWhom(facts, name, 'RemoveTargets', 'PutTargets'),
        ),
        ...sentence(off, 'Somebody disabled', (name) => byWhom(facts, name, 'DisableRule')),
      ];
      const cures: readonly Cure[] = [
        ...(missing.length > 0 ? [REMAKE] : []),
        ...(missing.length === 0 && idle.length > 0 ? [REVERT] : []),
        ...off.map((name) => aws(`Enable ${name}`, region, 'events', 'enable-rule', '--name', name)),
      ];
      if (told.length > 0) return fail(told.join(' '), ...cures);
      return judged(gone, () => ok(`${counted(all.length, 'rule is', 'rules are')} enabled.`));
    }),
};

function sentence(names: readonly string[], what: string, who: (name: string) => string): readonly string[] {
  return names.length === 0 ? [] : [`${what} ${named(names.map((name) => name + who(name)))}.`];
}

export const functions: Check = {
  id: 'functions',
  group: 'deployment',
  must: 'every function of the stack is there',
  takes: 'lambda:ListFunctions, cloudformation:ListStackResources on the stack',
  judge: (facts) =>
    judged(goneOf(facts, 'functions'), (gone) => {
      if (gone.length > 0) {
        return fail(
          sentence(gone, 'Somebody deleted', (name) => byWhom(facts, name, 'DeleteFunction')).join(' '),
          REMAKE,
        );
      }
      const count = facts.functions.is === 'read' ? facts.functions.value.length : 0;
      return ok(`${counted(count, 'function is', 'functions are')} there.`);
    }),
};

export const alarms: Check = {
  id: 'alarms',
  group: 'deployment',
  must: 'the alarms are there, tell somebody, and none is on',
  takes: 'cloudwatch:DescribeAlarms, cloudformation:ListStackResources on the stack',
  judge: (facts) =>
    judged(facts.alarms, (all) => {
      if (all.length === 0)
        return fail('CloudWatch has no alarm of the stack: silence would be told to nobody.', REMAKE);
      const gone = goneOf(facts, 'alarms');
      const missing = gone.is === 'read' ? gone.value : [];
      const mute = all.filter(({ tells }) => !tells).map(({ name }) => name);
      if (missing.length + mute.length > 0) return silent(facts, missing, mute);
      const on = all.filter(({ state }) => state === 'ALARM').map(({ name }) => name);
      if (on.length > 0) {
        return warn(
          `${named(on)}: on now.`,
          ...on.map((name) => ({
            to: `See ${shipped(`docs/operate/runbooks/${name.slice(ALARM_PREFIX.length)}.md`)}`,
          })),
        );
      }
      return judged(gone, () => ok(`${counted(all.length, 'alarm')}, none is on.`));
    }),
};

function silent(facts: Facts, missing: readonly string[], mute: readonly string[]): Verdict {
  const told = [
    ...sentence(missing, 'Somebody deleted', (name) => byWhom(facts, name, 'DeleteAlarms')),
    ...(mute.length === 0 ? [] : [`${named(mute)}: it tells nobody when it is on.`]),
  ];
  const { region } = facts.caller;
  const tellAgain = ['cloudwatch', 'enable-alarm-actions', '--alarm-names', ...mute] as const;
  return fail(
    told.join(' '),
    ...(mute.length === 0 ? [] : [aws('Let them tell again', region, ...tellAgain)]),
    missing.length > 0 ? REMAKE : REVERT,
  );
}

export const handmade: Check = {
  id: 'changed-by-hand',
  group: 'deployment',
  must: 'roles, code, rules and policies are as they were deployed: nobody has changed them by hand in 30 days',
  takes: 'cloudtrail:LookupEvents',
  judge: ({ ownHistory, deployed, caller: { region } }) =>
    judged(ownHistory, ({ changes, unread }) => {
      const byHand = changes.filter(({ through }) => through === 'hand');
      const last = byHand.at(-1);
      const left =
        unread.length === 0 ? '' : ` There are too many calls of ${named(unread)} to read: older ones do not show.`;
      if (last === undefined) {
        const none = `CloudTrail has no such change${left === '' ? '' : ', as far as it was read'}.${left}`;
        return left === '' ? ok(none) : unknown(none);
      }
      const stackName = deployed.is === 'read' ? deployed.value?.things.stacks[0] : undefined;
      return warn(
        `${counted(byHand.length, 'change')} by hand, the last at ${last.at.toISOString()} by ${last.by}: ${named([...new Set(byHand.map(({ call, thing }) => `${call} of ${thing}`))])}.${left}`,
        aws(
          'See what differs from the template',
          region,
          'cloudformation',
          'detect-stack-drift',
          '--stack-name',
          stackName ?? 'Keyturn',
        ),
        { to: 'Ask who did it why, and put it back; the report has every change', run: 'npx keyturn report' },
      );
    }),
};
