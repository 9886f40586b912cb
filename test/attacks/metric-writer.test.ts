import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FINDING_CODES } from '../../functions/core/findings/findings';
import { counterName, FUNCTION_NAMES, METRIC, METRICS_NAMESPACE, METRICS_SERVICE } from '../../functions/core/names';
import { Attacked } from './attacked';

const HOUR = 3_600_000;

let attacked: Attacked;

beforeEach(async () => {
  attacked = await Attacked.open();
}, 60_000);
afterEach(() => attacked.close());

/** All that the attacker may do: `cloudwatch:PutMetricData`, which takes no namespace of AWS's own. */
async function forge(hours: number, values: readonly Forged[] = FINISHED): Promise<void> {
  const { world } = attacked.deployed;
  for (let hour = 0; hour < hours; hour += 1) {
    const at = world.clock.now();
    for (const { name, value, ...more } of values) {
      const dimensions = { service: METRICS_SERVICE, ...more };
      world.account.cloudWatch.metrics.put({ namespace: METRICS_NAMESPACE, name, dimensions, value, at });
    }
    await world.runUntil(new Date(at + HOUR));
  }
}

interface Forged {
  readonly name: string;
  readonly value: number;
  readonly function?: string;
  readonly finding?: string;
}

const FINISHED: readonly Forged[] = FUNCTION_NAMES.map((name) => ({ name: METRIC.finished, function: name, value: 1 }));

/** Far less than nothing of all trouble that Keyturn counts. */
const LESS_THAN_NOTHING: readonly Forged[] = [
  ...[METRIC.unrecorded, METRIC.unpublished, METRIC.unforwarded, METRIC.untold].map((name) => ({ name })),
  ...FUNCTION_NAMES.map((of) => ({ name: counterName('failed'), function: of })),
  ...FINDING_CODES.map((finding) => ({ name: METRIC.findings, finding })),
  { name: METRIC.mostOverdueDays, function: 'rotate' },
  { name: METRIC.oldestUndeliveredHours, function: 'sync' },
].map((metric) => ({ ...metric, value: -1e6 }));

function ringing(part = ''): readonly string[] {
  return attacked.deployed.world.alarms
    .list()
    .filter(({ name, state }) => name.includes(part) && state === 'ALARM')
    .map(({ name }) => name)
    .sort();
}

describe('K8: who may put metrics, and says every hour that each run has finished', () => {
  it('keeps no alarm quiet when nothing starts the functions any more', async () => {
    const { bus } = attacked.deployed.world;
    for (const rule of bus.rules) bus.putRule({ ...rule, enabled: false });
    await forge(7);
    expect(ringing('-silent-')).toEqual(['Keyturn-silent-sync']);
    await forge(34);
    expect(ringing('-silent-')).toEqual(FUNCTION_NAMES.map((name) => `Keyturn-silent-${name}`).sort());
  });

  it('nor when the functions are started and come to no end', async () => {
    attacked.aws = ({ service, action }) =>
      service === 'ssm' && action === 'GetParametersByPath'
        ? { kind: 'error', status: 400, code: 'InvalidFilterKey' }
        : undefined;
    // Past the next daily runs: hours in which nothing can be new are passed over here.
    await forge(20);
    expect(ringing('-silent-')).toEqual(FUNCTION_NAMES.map((name) => `Keyturn-silent-${name}`).sort());
  });

  it('nor is any quiet or loud while all is well', async () => {
    await forge(30);
    expect(ringing('-silent-')).toEqual([]);
  });
});

describe('K8: who may put metrics, and takes a million from each count of trouble every hour', () => {
  it('keeps no alarm quiet: not that steps fail, that nobody is told, nor that the record is incomplete', async () => {
    const refused = new Set(['ListAccessKeys', 'Publish', 'PutLogEvents']);
    attacked.aws = ({ action }) =>
      refused.has(action) ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    // Past two daily runs.
    await forge(40, LESS_THAN_NOTHING);
    expect(ringing()).toEqual(['Keyturn-failing', 'Keyturn-record-incomplete', 'Keyturn-untold']);
  });
});
