import { expect, it } from 'vitest';
import { startHost } from '../hosts/http/scripted-host';
import { captureOutput } from './captured-output';
import { coldStart, context, now } from './cold-start';

/** A file of its own, because a function's patience with what does not answer takes half a minute. */
it.each(['CLOUDWATCH_LOGS', 'SNS', 'EVENTBRIDGE'])(
  'a function rotates, ends in time and writes its metrics while %s does not answer (K8)',
  async (service) => {
    const scene = await now();
    for (const id of ['shop', 'blog']) scene.manage(id);
    scene.parameter('bad', '{}');
    const variable = `AWS_ENDPOINT_URL_${service}`;
    process.env[variable] = await startHost(() => undefined);
    try {
      const rotate = await coldStart(scene, 'rotate');
      const output = captureOutput();
      const start = Date.now();
      expect(await rotate({}, context())).toMatchObject({ rotated: 2 });
      expect(Date.now() - start).toBeLessThan(35_000);
      const metrics = output.lines().find((line) => '_aws' in line && line.function === 'rotate');
      const names = { CLOUDWATCH_LOGS: 'Unrecorded', SNS: 'Untold', EVENTBRIDGE: 'Unpublished' };
      expect(metrics?.[names[service as keyof typeof names]]).toBeGreaterThan(0);
    } finally {
      delete process.env[variable];
    }
  },
  60_000,
);
