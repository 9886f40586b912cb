import { describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundles/bundle';
import { readDeployed } from './deployed';
import { handOverTargets, measureHandOver } from './hand-over';

/** Reading is quick and changing is slow, so that the windows hold some of the keys on any machine, and never all. */
const CONDITIONS = {
  latency: { iam: [150, 150], sts: [150, 150], secretsmanager: [60, 60], bitbucket: [200, 200] },
  quotas: [],
  hostRequests: 10_000,
  reportTime: 0,
} as const;

describe('a run that does not fit its time', () => {
  it('hands over cleanly, and the next ones finish what it left (K8, K9)', async () => {
    bundleFunctions();
    const deployed = readDeployed();
    try {
      const handOver = await measureHandOver({
        keys: 300,
        due: 60,
        deployed,
        conditions: CONDITIONS,
        window: { rotate: 5_000, sync: 6_000 },
      });
      expect(handOverTargets(handOver).filter(({ met }) => !met)).toEqual([]);
    } finally {
      deployed.close();
    }
  });
});
