import { expect, it } from 'vitest';
import { supersededKey } from '../support/converge';

/** A file of its own, because the SDK's patience with a throttle takes a quarter of a minute. */
it('a superseded key whose last use is throttled is never read as never used (K3)', async () => {
  const { scene, old } = await supersededKey();
  scene.toDay(100);
  scene.awsFault = ({ action }) =>
    action === 'GetAccessKeyLastUsed' ? { kind: 'error', status: 400, code: 'Throttling' } : undefined;
  const { summary, findings, thrown } = await scene.deactivate();
  expect(thrown).toBeUndefined();
  expect(summary).toMatchObject({ deactivated: 0, failed: 1 });
  expect(findings).toEqual(['step-failed']);
  expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Active');
});
