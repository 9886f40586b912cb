import { describe, expect, test } from 'vitest';
import { Clock } from '../clock';
import { Scheduler } from '../scheduler';

function setUp() {
  const clock = new Clock(1_000);
  const scheduler = new Scheduler(clock);
  const log: string[] = [];
  const note = (name: string) => async () => {
    log.push(`${clock.now()} ${name}`);
  };
  return { clock, scheduler, log, note };
}

describe('simulated time', () => {
  test('tasks run at their instants, in order of time and then of insertion', async () => {
    const { clock, scheduler, log, note } = setUp();
    scheduler.at(3_000, 'c', note('c'));
    scheduler.at(2_000, 'a', note('a'));
    scheduler.at(2_000, 'b', note('b'));
    scheduler.at(9_000, 'later', note('later'));
    expect(scheduler.pending.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'later']);
    await scheduler.runUntil(5_000);
    expect(log).toEqual(['2000 a', '2000 b', '3000 c']);
    expect(clock.now()).toBe(5_000);
    expect(scheduler.pending).toEqual([{ at: 9_000, name: 'later' }]);
  });

  test('many tasks come out sorted, whatever order they went in', async () => {
    const { scheduler, log, clock } = setUp();
    const instants = Array.from({ length: 500 }, (_, index) => 1_000 + ((index * 7919) % 500));
    for (const instant of instants) scheduler.at(instant, 'x', async () => void log.push(String(clock.now())));
    await scheduler.runUntil(2_000);
    expect(log).toEqual(instants.toSorted((a, b) => a - b).map(String));
  });

  test('a task may add tasks, also for now', async () => {
    const { clock, scheduler, log, note } = setUp();
    scheduler.at(2_000, 'first', async () => {
      scheduler.at(clock.now(), 'now', note('now'));
      scheduler.at(2_500, 'soon', note('soon'));
    });
    scheduler.at(2_000, 'second', note('second'));
    await scheduler.runUntil(3_000);
    expect(log).toEqual(['2000 second', '2000 now', '2500 soon']);
  });

  test('a task that takes time makes the next one late, and the series keeps its beat', async () => {
    const { clock, scheduler, log, note } = setUp();
    scheduler.every((after) => Math.floor(after / 1_000) * 1_000 + 1_000, 'beat', note('beat'));
    scheduler.at(2_100, 'long', async () => clock.advanceBy(1_500));
    await scheduler.runUntil(5_000);
    expect(log).toEqual(['2000 beat', '3600 beat', '4000 beat', '5000 beat']);
  });

  test('a series can end, and can be called off from within', async () => {
    const { scheduler, log, note } = setUp();
    scheduler.every((after) => (after < 3_000 ? after + 1_000 : undefined), 'short', note('short'));
    const series = scheduler.every(
      (after) => after + 700,
      'stopped',
      async () => series.cancel(),
    );
    await scheduler.runUntil(20_000);
    expect(log).toEqual(['2000 short', '3000 short']);
    expect(scheduler.pending).toEqual([]);
  });

  test('a task that was called off does not run', async () => {
    const { scheduler, log, note } = setUp();
    scheduler.at(2_000, 'a', note('a')).cancel();
    scheduler.at(2_000, 'b', note('b'));
    await scheduler.runUntil(3_000);
    expect(log).toEqual(['2000 b']);
  });

  test('what a task throws comes out, and the rest can still run', async () => {
    const { scheduler, log, note } = setUp();
    scheduler.at(2_000, 'bad', async () => {
      throw new Error('broken');
    });
    scheduler.at(2_000, 'good', note('good'));
    await expect(scheduler.runUntil(3_000)).rejects.toThrow('broken');
    await scheduler.runUntil(3_000);
    expect(log).toEqual(['2000 good']);
  });
});

test('with real time, tasks fire when they are due, and a failing one is reported', async () => {
  const clock = new Clock(Date.now());
  const scheduler = new Scheduler(clock);
  const fired: string[] = [];
  clock.run();
  scheduler.start((error, name) => fired.push(`${name}: ${error instanceof Error ? error.message : ''}`));
  scheduler.at(clock.now() + 60, 'second', async () => void fired.push('second'));
  scheduler.at(clock.now() + 20, 'first', async () => {
    fired.push('first');
    throw new Error('broken');
  });
  await expect.poll(() => fired).toEqual(['first', 'first: broken', 'second']);
  scheduler.at(clock.now() + 20, 'never', async () => void fired.push('never'));
  await scheduler.stop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fired).toHaveLength(3);
});
