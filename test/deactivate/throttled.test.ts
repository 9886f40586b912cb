import { expect, it } from 'vitest';
import { supersededKey } from '../support/converge';

// The SDK's patience with a throttle takes a quarter of a minute.

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

it('a key in use is held and made Inactive as ever where CloudTrail is throttled (K3, K8)', async () => {
  const { scene, use } = await supersededKey();
  scene.awsFault = ({ action }) =>
    action === 'LookupEvents' ? { kind: 'error', status: 400, code: 'ThrottlingException' } : undefined;
  for (const [day, code] of [
    [100, 'in-use'],
    [110, 'hold-limit'],
  ] as const) {
    scene.toDay(day - 1);
    await use();
    scene.toDay(day);
    await scene.sync();
    expect(await scene.deactivate()).toMatchObject({ findings: [code], summary: { failed: 0 }, thrown: undefined });
  }
});
