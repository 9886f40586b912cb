import type { AuditEvent } from '../../../functions/core/audit';
import { after, HOUR, MINUTE } from '../../../functions/core/duration';
import { FUNCTION_NAMES, type FunctionName, SEAL_KEY_ALIAS } from '../../../functions/core/names';
import { type Check, counted, fail, judged, named, ok, unknown, type Verdict, warn } from '../check';
import { aws, DEPLOY, REVERT, startFunction } from '../cures';
import type { Facts } from '../facts';
import { alarms, functions, handmade, rules } from './as-deployed';

/** How long ago each function has run at most: a day or an hour, and what a run takes. */
const LATEST: Readonly<Record<FunctionName, number>> = {
  rotate: 26 * HOUR,
  deactivate: 26 * HOUR,
  delete: 26 * HOUR,
  sync: 3 * HOUR,
};
/** A function lives for fifteen minutes. */
const LONGEST_RUN = 20 * MINUTE;

const stack: Check = {
  id: 'stack',
  group: 'deployment',
  must: 'the stack is deployed',
  takes: 'ssm:GetParameter on /keyturn/deployment/*',
  judge: ({ deployed, registry, caller: { accountId, region } }) =>
    judged(deployed, (facts) => {
      if (facts !== undefined)
        return ok(`${named(facts.things.stacks)}, with everything that begins with ${facts.things.names}.`);
      const entries = registry.is === 'read' ? registry.value.entries.length + registry.value.invalid.length : 0;
      return entries > 0
        ? warn(
            'There is a registry, but no word of what is deployed: somebody took it away, or the stack is of an earlier version.',
            REVERT,
          )
        : unknown(
            `Nothing is deployed in ${accountId}, ${region}.`,
            { to: 'Is it another account or region? Name its profile and region with --profile and --region' },
            { ...DEPLOY, to: 'Otherwise deploy the stack, when everything else here is well' },
          );
    }),
};

const version: Check = {
  id: 'version',
  group: 'deployment',
  must: "all functions are of one release, and that is this command's version",
  takes: 'logs:FilterLogEvents on /keyturn/audit; lambda:ListFunctions where it is allowed',
  judge: (facts) =>
    judged(facts.runs, (runs) => {
      const releases = releasesOf(facts, runs);
      if (releases.length === 0)
        return unknown('No function has run in the last three days, so that none said its release.');
      const versions = [...new Set(releases.map((release) => release.split('+')[0]))];
      if (versions.length > 1) return fail(`The functions are of several versions: ${named(releases)}.`, DEPLOY);
      if (versions[0] === facts.version) return ok(`All are of ${facts.version}.`);
      return warn(`The functions are of ${versions[0]}, this command is of ${facts.version}.`, {
        to: 'Use the command of the same version, or deploy this one',
        run: `npx keyturn@${versions[0]} doctor`,
      });
    }),
};

function releasesOf({ functions }: Facts, runs: readonly AuditEvent[]): readonly string[] {
  const started = runs.filter(({ event }) => event === 'run-started');
  const last = FUNCTION_NAMES.flatMap(
    (name) => started.findLast((run) => run.function === name)?.functionVersion ?? [],
  );
  const said = functions.is === 'read' ? functions.value.flatMap(({ release }) => release ?? []) : [];
  return [...new Set([...last, ...said])].sort();
}

const runs: Check = {
  id: 'runs',
  group: 'deployment',
  must: 'every function has run lately and come to its end',
  takes: 'logs:FilterLogEvents on /keyturn/audit',
  judge: ({ runs: read, deployed, now, caller: { region } }) =>
    judged(read, (all) => {
      const stackName = deployed.is === 'read' ? deployed.value?.things.stacks[0] : undefined;
      if (stackName === undefined && all.length === 0)
        return unknown('Nothing is deployed here yet, as far as can be read.');
      const late = FUNCTION_NAMES.filter((name) => isLate(name, all, now));
      const died = diedIn(all, now);
      if (late.length === 0) {
        return died.length === 0
          ? ok('Each has, in its time.')
          : warn(`Each has, but ${named(died)} did not come to an end: see the function's own log.`);
      }
      return fail(
        `${named(late)}: no run has come to its end in ${late.includes('sync') ? 'three hours (sync), a day (the others)' : 'a day'}.`,
        ...late.map((name) => startFunction(`Start ${name} now`, region, name, stackName ?? 'Keyturn')),
      );
    }),
};

/**
 * Whether a function's rule has not started it in time. A run for the keys of an event shows nothing of that, but soon
 * after the first deployment, which is such an event.
 */
function isLate(name: FunctionName, all: readonly AuditEvent[], now: Date): boolean {
  const since = after(now, -LATEST[name]);
  const own = all.filter((run) => run.function === name);
  const isNew = own.every(({ time }) => new Date(time) >= since);
  const ofEvents = new Set(own.filter(({ reason }) => reason === 'event').map(({ run }) => run));
  const last = own.findLast(({ event, run }) => event === 'run-finished' && (isNew || !ofEvents.has(run)));
  return last === undefined || new Date(last.time) < since;
}

/** Attempts that have begun and not ended, and cannot be at work any more. */
function diedIn(all: readonly AuditEvent[], now: Date): readonly string[] {
  const attempt = ({ id, sequence }: AuditEvent) => id.slice(0, -`${sequence}`.length);
  const ended = new Set(all.filter(({ event }) => event === 'run-finished').map(attempt));
  return all
    .filter(
      (run) => run.event === 'run-started' && !ended.has(attempt(run)) && new Date(run.time) < after(now, -LONGEST_RUN),
    )
    .map((run) => `${run.function} of ${run.time}`);
}

const seal: Check = {
  id: 'seal',
  group: 'deployment',
  must: 'the KMS key that seals the record answers',
  takes: 'kms:GetPublicKey on alias/keyturn-seal',
  judge: ({ seal: read, deployed, caller: { region } }) => {
    if (read.is === 'read') return ok('It does.');
    if (read.why !== 'refused') return judged(read, () => ok(''));
    if (deployed.is === 'read' && deployed.value === undefined)
      return unknown('Nothing is deployed here yet, as far as can be read.');
    const id =
      (deployed.is === 'read' ? deployed.value?.things.keys[0] : undefined) ??
      `"$(aws kms describe-key --region ${region} --key-id ${SEAL_KEY_ALIAS} --query KeyMetadata.KeyId --output text)"`;
    return fail(
      `${read.message} Without it no function writes into the record, and nothing is taken away from a user.`,
      { to: 'Enable the key', run: `aws kms enable-key --region ${region} --key-id ${id}` },
    );
  },
};

const notifications: Check = {
  id: 'notifications',
  group: 'deployment',
  must: 'somebody is told: the topic has a subscription that was confirmed',
  takes: 'sns:ListSubscriptionsByTopic on the topic',
  judge: ({ subscriptions, deployed, caller: { region } }) =>
    judged(subscriptions, (all): Verdict => {
      const topic = deployed.is === 'read' ? (deployed.value?.things.topic ?? '') : '';
      const waiting = all.filter(({ confirmed }) => !confirmed);
      const confirmed = all.length - waiting.length;
      const confirm = { to: 'Click on the link in the mail "AWS Notification - Subscription Confirmation" of each' };
      if (confirmed > 0) {
        return waiting.length === 0
          ? ok(`${counted(confirmed, 'subscription is', 'subscriptions are')} confirmed.`)
          : warn(`${counted(waiting.length, 'subscription waits', 'subscriptions wait')} to be confirmed.`, confirm);
      }
      const more = aws(
        'Or tell a queue of yours, such as keyturn-findings',
        region,
        'sns',
        'subscribe',
        '--topic-arn',
        topic,
        '--protocol',
        'sqs',
        '--notification-endpoint',
        `${topic.replace(':sns:', ':sqs:').replace(/[^:]*$/, '')}keyturn-findings`,
      );
      return all.length === 0
        ? fail(
            'Nobody is told of anything: the topic has no subscription.',
            { to: 'Write addresses under "notify" in keyturn.yaml, and deploy', run: DEPLOY.run },
            more,
          )
        : fail('Nobody is told of anything: no subscription of the topic was confirmed.', confirm, more);
    }),
};

export const DEPLOYMENT_CHECKS: readonly Check[] = [
  stack,
  version,
  rules,
  functions,
  runs,
  seal,
  notifications,
  alarms,
  handmade,
];
