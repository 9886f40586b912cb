import { describe, expect, test } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import { DeployedWorld, synthesized } from '../support/deployed-world';

/** The record of a stack that was deleted is there already. */
function deployedAfterAnother(audit: ConfigInput['audit']): Promise<DeployedWorld> {
  const config: ConfigInput = { keys: [{ id: 'shop', user: 'ci-shop' }], audit };
  return DeployedWorld.open(synthesized(config), {
    before: ({ account }) => {
      account.logs.createLogGroup({ logGroupName: AUDIT_LOG_GROUP, deletionProtectionEnabled: true });
      account.logs.putRetentionPolicy({ logGroupName: AUDIT_LOG_GROUP, retentionInDays: 731 });
    },
  });
}

describe('a record that outlived its stack', () => {
  test('cannot be created again', async () => {
    await expect(deployedAfterAnother({})).rejects.toThrow(/already exists/);
  }, 60_000);

  test('is written on by a stack that is told to use it, and keeps its settings', async () => {
    const deployed = await deployedAfterAnother({ logGroup: 'existing', retentionDays: 90, archive: { years: 1 } });
    try {
      await deployed.until(0, 1);
      const { logs } = deployed.world.account;
      const { events } = logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });

      expect(events.map(({ logStreamName }) => logStreamName)).toContain('rotate/2026-01');
      expect(events.some(({ message }) => message.includes('"event":"key-stored"'))).toBe(true);
      expect(logs.describeLogGroups({ logGroupNamePrefix: AUDIT_LOG_GROUP }).logGroups).toMatchObject([
        { retentionInDays: 731, deletionProtectionEnabled: true },
      ]);
    } finally {
      await deployed.close();
    }
  }, 60_000);
});
