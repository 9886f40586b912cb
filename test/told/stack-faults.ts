import type { AlarmName } from '../../functions/core/config/alarm-names';
import type { ToldWorld } from './told-world';

/** Faults of the stack, each told by an alarm or a mail of its name: how they are planted. */
export const STACK: Readonly<Record<string, (told: ToldWorld) => unknown>> = {
  // The mail about the rule that is disabled, and the alarm for what does not run.
  'keyturn-changed': (told) => {
    const Name = told.world.bus.rules.find(({ name }) => /TriggersDelete/.test(name))?.name ?? '';
    told.does('events', 'DisableRule', { Name });
  },
  'silent-delete': () => undefined,
  // test/provider/endpoint.test.ts has the endpoint count it.
  'token-reused': ({ account, now }) => {
    const dimensions = { service: 'keyturn', function: 'endpoint' };
    account.cloudWatch.metrics.put({ namespace: 'Keyturn', name: 'TokensReused', dimensions, value: 1, at: now });
  },
  'dead-letters': ({ account, now }) => {
    const queue = account.sqs.queues.list().find(({ name }) => name.includes('FailedRuns'));
    queue?.messages.push({ body: '{}', attributes: { ERROR_MESSAGE: 'it failed' }, at: now });
  },
};

/** Alarms of findings, which ring beside the mails, and the fault that makes them. */
export const RINGING: Readonly<Partial<Record<AlarmName, string>>> = {
  undelivered: 'delivery-failed',
  'two-keys': 'two-keys',
  'foreign-key': 'foreign-key',
  'torn-pair': 'torn-pair',
  'token-rejected': 'token-rejected',
  'token-expires': 'token-expires',
};

const SAME_CHECK = 'Rings in test/alarms; doctor shows any alarm that is on by one check, which is tried here.';
const LONG = 'Takes weeks of a key, or months; test/cli/status.test.ts shows how status tells what a run has found.';
const CONFIGURED = 'Takes another configuration than a deployed one, and is cured by a deployment only.';
const OF_A_RUN = 'Passes with the next run, and no command has to cure it.';

/** What is not planted here, and why. The list is held short by the test. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  overdue: 'Takes four days in which a due key cannot be rotated: test/alarms/keys.test.ts.',
  'silent-rotate': SAME_CHECK,
  'silent-deactivate': SAME_CHECK,
  'silent-sync': SAME_CHECK,
  'silent-archive': SAME_CHECK,
  errors: SAME_CHECK,
  failing: SAME_CHECK,
  forwarding: SAME_CHECK,
  'record-incomplete': SAME_CHECK,
  archive: SAME_CHECK,
  untold: SAME_CHECK,
  'provider-failing': SAME_CHECK,
  'provider-throttled': SAME_CHECK,
  'provider-refusing': SAME_CHECK,
  'break-glass-used': 'The stack has no such role: test/infra/break-glass.test.ts has the words of its mail.',
  'hold-limit': LONG,
  'in-use': LONG,
  'not-adopted': LONG,
  replaced: LONG,
  withdrawn: LONG,
  'registry-lost': 'Half of the registry would be lost to all others: test/alarms/keys.test.ts.',
  'user-changed': CONFIGURED,
  'user-spelling': CONFIGURED,
  'users-path': CONFIGURED,
  'taking-over': CONFIGURED,
  'unmanaged-secret': CONFIGURED,
  'rotation-cap': CONFIGURED,
  'record-unavailable': 'Without a record nothing else could be looked at here: test/runtime/record.test.ts.',
  'report-unavailable': OF_A_RUN,
  'out-of-time': OF_A_RUN,
  'orphan-discarded': OF_A_RUN,
  'inactive-since-unknown': OF_A_RUN,
  settling: OF_A_RUN,
  'unknown-event': OF_A_RUN,
  'compromised-uses':
    'Comes a day after a leak: test/deactivate/leaked-uses.test.ts, and its runbook in test/docs/lived.',
  quarantined: 'No command of keyturn ends it: test/rotate/quarantined.test.ts, and its runbook in test/docs/lived.',
};
