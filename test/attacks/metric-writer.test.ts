import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, METRIC, METRICS_NAMESPACE, METRICS_SERVICE } from '../../functions/core/names';
import { Attacked } from './attacked';

const HOUR = 3_600_000;

let attacked: Attacked;

beforeEach(async () => {
  attacked = await Attacked.open();
}, 60_000);
afterEach(() => attacked.close());

/** All that the attacker may do: `cloudwatch:PutMetricData`, which takes no namespace of AWS's own. */
async function forge(hours: number): Promise<void> {
  const { world } = attacked.deployed;
  for (let hour = 0; hour < hours; hour += 1) {
    for (const name of FUNCTION_NAMES) {
      const dimensions = { service: METRICS_SERVICE, function: name };
      const at = world.clock.now();
      world.account.cloudWatch.metrics.put({
        namespace: METRICS_NAMESPACE,
        name: METRIC.finished,
        dimensions,
        value: 1,
        at,
      });
    }
    await world.runUntil(new Date(world.clock.now() + HOUR));
  }
}

function ringing(): readonly string[] {
  return attacked.deployed.world.alarms
    .list()
    .filter(({ name, state }) => name.includes('-silent-') && state === 'ALARM')
    .map(({ name }) => name)
    .sort();
}

describe('K8: who may put metrics, and says every hour that each run has finished', () => {
  it('keeps no alarm quiet when nothing starts the functions any more', async () => {
    const { bus } = attacked.deployed.world;
    for (const rule of bus.rules) bus.putRule({ ...rule, enabled: false });
    await forge(7);
    expect(ringing()).toEqual(['Keyturn-silent-sync']);
    await forge(34);
    expect(ringing()).toEqual(FUNCTION_NAMES.map((name) => `Keyturn-silent-${name}`).sort());
  });

  it('nor when the functions are started and come to no end', async () => {
    attacked.aws = ({ service, action }) =>
      service === 'ssm' && action === 'GetParametersByPath'
        ? { kind: 'error', status: 400, code: 'InvalidFilterKey' }
        : undefined;
    // Past the next daily runs: hours in which nothing can be new are passed over here.
    await forge(20);
    expect(ringing()).toEqual(FUNCTION_NAMES.map((name) => `Keyturn-silent-${name}`).sort());
  });

  it('nor is any quiet or loud while all is well', async () => {
    await forge(30);
    expect(ringing()).toEqual([]);
  });
});
