import { expect, it } from 'vitest';
import { failing, gather, rotated } from './gathered';

/** A file of its own, because the SDK's patience with a throttle takes a quarter of a minute. */
it('a source of evidence that is throttled for good is a failure of that source alone', async () => {
  const scene = await rotated();
  scene.awsFault = failing(['ListSecrets'], { kind: 'error', status: 400, code: 'ThrottlingException' });
  const evidence = await gather(scene);

  expect(evidence.failures).toEqual([{ source: 'secrets', message: expect.stringContaining('throttled') }]);
});
