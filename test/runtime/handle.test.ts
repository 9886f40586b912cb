import { describe, expect, it, vi } from 'vitest';
import { HOURLY } from '../support/scene';
import { captureOutput } from './captured-output';
import { coldStart, context, inItsTime, load } from './cold-start';

describe('a function', () => {
  it('does its work, and ends with its summary as a line, as metrics and as its answer (K7)', async () => {
    const scene = await inItsTime();
    scene.manage('shop');
    const rotate = await coldStart(scene, 'rotate');
    const sync = await coldStart(scene, 'sync');
    const output = captureOutput();
    const summary = await rotate({}, context());
    await sync({ keys: ['shop'] }, context());
    expect(summary).toEqual({
      function: 'rotate',
      run: 'request-1',
      examined: 1,
      rotated: 1,
      delivered: 0,
      deactivated: 0,
      deleted: 0,
      held: 0,
      blocked: 0,
      failed: 0,
      left: 0,
      oldestCurrentKeyDays: 0,
      mostOverdueDays: 0,
      oldestUndeliveredHours: 0,
      unrecorded: 0,
      unpublished: 0,
      unforwarded: 0,
      untold: 0,
    });
    const lines = output.lines();
    expect(lines.filter(({ message }) => message === 'run finished')).toMatchObject([
      { level: 'INFO', service: 'keyturn', run: 'request-1', function: 'rotate', rotated: 1 },
      { level: 'INFO', service: 'keyturn', run: 'request-1', function: 'sync', delivered: 1 },
    ]);
    const audits = lines.filter(({ schema }) => schema === 'keyturn.audit/v1');
    expect(audits.map(({ event }) => event)).toEqual([
      'run-started',
      'intent-written',
      'key-created',
      'key-proved',
      'key-stored',
      'run-finished',
      'run-started',
      'key-proved',
      'key-proved',
      'target-delivered',
      'version-delivered',
      'run-finished',
    ]);
    expect(audits[0]).toMatchObject({ facts: { stacks: ['Keyturn'] } });
    expect(scene.isDelivered('shop')).toBe(true);
  });

  it('writes its numbers as CloudWatch metrics, and of its counts those that are not 0, which is what they cost by', async () => {
    const scene = await inItsTime();
    scene.manage('shop');
    const rotate = await coldStart(scene, 'rotate');
    const output = captureOutput();
    await rotate({}, context());
    const counts = ['Examined', 'Rotated', 'Finished'];
    const gauges = ['OldestCurrentKeyDays', 'MostOverdueDays'];
    const written = output.lines().filter((line) => '_aws' in line);
    expect(written).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Keyturn',
              Dimensions: [['service', 'function']],
              Metrics: [
                ...counts.map((Name) => ({ Name, Unit: 'Count' })),
                ...gauges.map((Name) => ({ Name, Unit: 'None' })),
              ],
            },
          ],
        },
        service: 'keyturn',
        function: 'rotate',
        Examined: 1,
        Rotated: 1,
        Finished: 1,
        OldestCurrentKeyDays: 0,
        MostOverdueDays: 0,
      },
    ]);
  });

  it.each(['rotate', 'deactivate', 'delete', 'sync'] as const)(
    '%s throws when the whole run is stopped, after it told people, so that Lambda tries again',
    async (name) => {
      const scene = await inItsTime();
      scene.manage('shop');
      const handler = await coldStart(scene, name);
      const output = captureOutput();
      scene.awsFault = ({ action }) =>
        action === 'GetParametersByPath'
          ? { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no ssm:GetParametersByPath for you' }
          : undefined;
      await expect(
        handler({ source: 'aws.events', 'detail-type': 'Scheduled Event' }, context()),
      ).rejects.toMatchObject({
        name: 'KeyturnError',
        code: 'aws-denied',
      });
      const messages = scene.account.sns.messages.map(({ message }) => message);
      if (name !== 'sync') {
        expect(messages).toHaveLength(1);
        expect(messages[0]).toContain('[step-failed] The whole run was stopped (aws-denied)');
        expect(messages[0]).toContain('no ssm:GetParametersByPath for you');
      }
      const lines = output.lines();
      expect(lines.find(({ message }) => message === 'run finished')).toMatchObject({ failed: 1 });
      const metrics = lines.find((line) => '_aws' in line);
      expect(metrics).toMatchObject({ Failed: 1 });
      expect(metrics).not.toHaveProperty('Finished');
      expect(lines.find(({ event }) => event === 'run-finished')).toBeDefined();
    },
  );

  it('that Lambda repeats under the same request ID has IDs of its own, and tells people once', async () => {
    const scene = await inItsTime();
    scene.manage('shop');
    const rotate = await coldStart(scene, 'rotate');
    captureOutput();
    scene.awsFault = ({ action }) =>
      action === 'GetParametersByPath' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(rotate({}, context())).rejects.toMatchObject({ code: 'aws-denied' });
      // Lambda waits for a minute and more.
      scene.clock.advanceBy(60_000);
    }
    expect(scene.account.sns.messages).toHaveLength(1);
    const recorded = scene.recorded();
    expect(recorded.map(({ run }) => run)).toEqual(recorded.map(() => 'request-1'));
    expect(recorded.filter(({ event }) => event === 'run-started')).toHaveLength(3);
    expect(new Set(recorded.map(({ id }) => id)).size).toBe(recorded.length);
  });

  it('that leaves a torn pair ends with an error when people were told, so that Lambda repeats it (K1)', async () => {
    const scene = await inItsTime();
    scene.manage('shop');
    const rotate = await coldStart(scene, 'rotate');
    const sync = await coldStart(scene, 'sync');
    captureOutput();
    await rotate({}, context());
    scene.hostFault = ({ key, method }) =>
      method === 'DELETE' || key === 'AWS_SECRET_ACCESS_KEY' ? { kind: 'status', status: 403 } : undefined;

    await expect(sync(HOURLY, context())).rejects.toMatchObject({ code: 'pair-torn' });
    expect(scene.account.sns.messages.at(-1)?.message).toContain('[torn-pair]');
    expect(scene.recorded().at(-1)?.event).toBe('run-finished');

    // A person who asks gets the answer: Lambda would not repeat that.
    expect(await sync({ keys: ['shop'] }, context())).toMatchObject({ delivered: 0, failed: 1 });
    scene.hostFault = undefined;
    expect(await sync(HOURLY, context())).toMatchObject({ delivered: 1 });
  });

  it('counts the events that the record did not take, and the findings by their code', async () => {
    const scene = await inItsTime();
    scene.manage('shop');
    const rotate = await coldStart(scene, 'rotate');
    const output = captureOutput();
    scene.awsFault = ({ service }) =>
      service === 'logs' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    const summary = await rotate({}, context());
    expect(summary).toMatchObject({ rotated: 1, unrecorded: 8 });
    const metrics = output.lines().filter((line) => '_aws' in line);
    expect(metrics).toMatchObject([
      { function: 'rotate', Unrecorded: 8, Finished: 1 },
      {
        _aws: { CloudWatchMetrics: [{ Dimensions: [['service']], Metrics: [{ Name: 'Unrecorded' }] }] },
        service: 'keyturn',
        Unrecorded: 8,
      },
      { service: 'keyturn', finding: 'record-unavailable', Findings: 1 },
    ]);
    expect(metrics[2]).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: 'Keyturn', Dimensions: [['service', 'finding']] }] },
    });
  });

  it('keeps some time for its end: with little left it starts nothing', async () => {
    const scene = await inItsTime();
    scene.manage('shop');
    const rotate = await coldStart(scene, 'rotate');
    captureOutput();
    expect(await rotate({}, context(100_000))).toMatchObject({ rotated: 0, left: 1 });
    expect(await rotate({}, context(115_000))).toMatchObject({ rotated: 1, left: 0 });
  });

  it('does not start without its settings, and names what is missing', async () => {
    const scene = await inItsTime();
    vi.resetModules();
    vi.stubEnv('KEYTURN_TOPIC_ARN', '');
    await expect(load.delete()).rejects.toThrow('KEYTURN_TOPIC_ARN is not set');
    vi.unstubAllEnvs();
    expect(scene.calls).toEqual([]);
  });

  it.each(['', 'https://api.bitbucket.org'])(
    'sends nothing to a host that the stack does not name, but %o (K6)',
    async (allowed) => {
      const scene = await inItsTime();
      scene.manage('shop');
      await scene.rotate();
      const sync = await coldStart(scene, 'sync', allowed);
      const output = captureOutput();
      expect(await sync({ keys: ['shop'] }, context())).toMatchObject({ delivered: 0, failed: 1 });
      expect(output.lines().find(({ event }) => event === 'target-failed')).toMatchObject({
        code: 'invalid-connection',
      });
      expect(scene.hostRequests).toEqual([]);
    },
  );

  it('rotates at once what a person asks for', async () => {
    const scene = await inItsTime();
    for (const id of ['shop', 'blog']) scene.manage(id);
    const rotate = await coldStart(scene, 'rotate');
    captureOutput();
    expect(await rotate({ keys: ['blog'] }, context())).toMatchObject({ rotated: 1 });
    expect([scene.current('shop'), scene.current('blog')]).toEqual([undefined, expect.any(String)]);
  });

  it.each(['rotate', 'deactivate', 'delete', 'sync'] as const)(
    '%s refuses what is no event of a rule and no valid request: it does nothing, and says why (K7, K14)',
    async (name) => {
      const scene = await inItsTime();
      scene.manage('shop');
      const handler = await coldStart(scene, name);
      const output = captureOutput();
      const reason = expect.stringContaining('it has unknown fields (key)');
      await expect(handler({ key: 'shop' }, context())).rejects.toMatchObject({
        code: 'invalid-request',
        message: reason,
      });
      expect(scene.current('shop')).toBeUndefined();
      expect(scene.account.sns.messages).toHaveLength(1);
      expect(scene.account.sns.messages[0]?.message).toContain('[request-refused] The event that started this run');
      expect(scene.recorded()).toContainEqual(
        expect.objectContaining({ event: 'finding', reason: 'request-refused', outcome: 'blocked', message: reason }),
      );
      const metrics = output.lines().find((line) => '_aws' in line);
      expect(metrics).toMatchObject({ Blocked: 1 });
      for (const name of ['Failed', 'Finished']) expect(metrics).not.toHaveProperty(name);
    },
  );

  it('answers a person with what it found: an id that is none is refused, and the others are done (K14)', async () => {
    const scene = await inItsTime();
    for (const id of ['shop', 'blog']) scene.manage(id);
    scene.setTag('blog', 'keyturn:paused', '2999-01-01 alice freeze');
    const rotate = await coldStart(scene, 'rotate');
    const sync = await coldStart(scene, 'sync');
    captureOutput();
    expect(await rotate({ keys: ['shop', 'shopp', 'blog'] }, context())).toMatchObject({
      rotated: 1,
      blocked: 1,
      held: 1,
      found: [
        expect.stringContaining('[request-refused] "shopp" was asked for, but there is no managed key of that id'),
        expect.stringContaining('[paused] Key "blog" is paused until 2999-01-01T00:00:00.000Z by alice (freeze)'),
      ],
    });
    expect(scene.account.sns.messages[0]?.message).toContain('[request-refused]');
    expect(await sync({ keys: ['shopp'] }, context())).toMatchObject({
      found: [expect.stringContaining('[request-refused] "shopp" was asked for')],
    });
  });
});
