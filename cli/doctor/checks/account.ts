import type { AuditEvent } from '../../../functions/core/audit';
import { MINUTE, SECOND } from '../../../functions/core/duration';
import { cleaned } from '../../../functions/core/outside-text';
import { shipped } from '../../package-root';
import { type Check, counted, fail, judged, named, ok, unknown, warn } from '../check';
import { aws, REVERT } from '../cures';

/** AWS refuses what is signed more than five minutes off; a shift of one minute makes dates in commands wrong. */
const REFUSED = 5 * MINUTE;
const NOTICED = MINUTE;

const identity: Check = {
  id: 'identity',
  group: 'account',
  must: 'the credentials are those of a role, and not of root; the account and the region are the meant ones',
  takes: 'no right',
  judge({ caller: { accountId, arn, region } }) {
    const saw = `${arn} in ${accountId}, ${region}`;
    if (arn.endsWith(':root')) {
      return warn(`${saw}: these are the credentials of root.`, {
        to: 'Sign in as a role with the managed policy KeyturnAuditor',
      });
    }
    return ok(`${saw}.`);
  },
};

const clock: Check = {
  id: 'clock',
  group: 'account',
  must: "this machine's clock is right to the minute",
  takes: 'no right',
  judge: ({ clock: read }) =>
    judged(read, ({ aws: theirs, askedAt }) => {
      if (theirs === undefined) return unknown("AWS's answer had no time.");
      const off = Math.abs(askedAt.getTime() - theirs.getTime());
      const cure = { to: "Set this machine's clock by a time server", run: 'sudo timedatectl set-ntp true' };
      if (off < NOTICED) return ok('It differs from that of AWS by less than a minute.');
      const saw = `It is ${Math.round(off / SECOND)} seconds ${askedAt > theirs ? 'ahead of' : 'behind'} that of AWS.`;
      return off < REFUSED ? warn(saw, cure) : fail(`${saw} AWS refuses what is signed five minutes off.`, cure);
    }),
};

const trail: Check = {
  id: 'trail',
  group: 'account',
  must: 'a trail of CloudTrail logs management events that change something',
  takes: 'cloudtrail:DescribeTrails, cloudtrail:GetTrailStatus, cloudtrail:GetEventSelectors',
  judge: ({ trails, caller: { region } }) =>
    judged(trails, (all) => {
      const logging = all.filter((one) => one.logging);
      const good = logging.find((one) => one.hasWrites);
      if (good !== undefined) return ok(`${good.name} logs them.`);
      const unsure = logging.find((one) => one.hasWrites === undefined);
      if (unsure !== undefined) return unknown(`${unsure.name} logs; which events it may not be asked.`);
      const stopped = all.find((one) => !one.logging);
      const create = { to: 'Or let the stack make one: write "trail: create" in keyturn.yaml, and deploy' };
      return fail(
        `${all.length === 0 ? 'There is no trail' : 'No trail logs them'}: deliveries wait for the hourly run, and nobody is told of changes by hand.`,
        ...(stopped === undefined
          ? []
          : [aws('Start the trail again', region, 'cloudtrail', 'start-logging', '--name', stopped.name)]),
        create,
      );
    }),
};

const denied: Check = {
  id: 'denied',
  group: 'account',
  must: 'nothing that a function does is denied: by its own role, by a boundary, or by the organization',
  takes: 'logs:FilterLogEvents on /keyturn/audit',
  judge: ({ denials, runs }) =>
    judged(denials, (all) =>
      judged(runs, (begun) => {
        const still = all.filter((one) => isStill(one, begun));
        const last = still.at(-1);
        if (last === undefined) return ok('Nothing was, since the last run of each that looked at all keys.');
        const keys = [...new Set(still.flatMap(({ key }) => key ?? []))];
        const saw =
          `${counted(still.length, 'step was', 'steps were')} denied (${named(keys)}): ` +
          cleaned(last.message ?? '', 500);
        const isByOrganization = still.some(({ message = '' }) => /(service|resource) control policy/.test(message));
        return isByOrganization ? fail(saw, EXEMPT) : warn(saw, REVERT);
      }),
    ),
};

/** Runs that look at all keys. What was denied to one of them no run for other keys has tried again. */
const WHOLE: ReadonlySet<string | undefined> = new Set(['daily', 'hourly']);

/** Whether no later run has done without a denial what was denied: the last one that looked at all keys, to its end. */
function isStill(denial: AuditEvent, runs: readonly AuditEvent[]): boolean {
  const ended = new Set(runs.filter(({ event }) => event === 'run-finished').map(({ run }) => run));
  const whole = runs.findLast(
    (one) =>
      one.event === 'run-started' && one.function === denial.function && WHOLE.has(one.reason) && ended.has(one.run),
  );
  return whole === undefined || denial.run === whole.run || denial.time >= whole.time;
}

const EXEMPT = {
  to: `Let the organization's administrators exempt the functions' roles: ${shipped('docs/examples/organization-policy.json')} shows how`,
};

export const ACCOUNT_CHECKS: readonly Check[] = [identity, clock, trail, denied];
