import { afterEach, describe, expect, it } from 'vitest';
import { targetSchema } from '../../../functions/core/hosts/target';
import type { AwsCall, AwsFault } from '../../../local/account/wire/server';
import { DataCenterScene, DOCUMENT, KEY, NODES, ONE, TWO } from './nodes';

let scene: DataCenterScene;
afterEach(() => scene.close());

async function rotated(): Promise<void> {
  scene = await DataCenterScene.open();
  await scene.rotate();
}

/** The fault comes so many times, after so many calls without it. */
function fault(action: string, kind: AwsFault, times = 1, spared = 0): void {
  let left = times;
  let skip = spared;
  scene.awsFault = (call: AwsCall) => {
    if (call.action !== action || left === 0) return undefined;
    if (skip > 0) {
      skip -= 1;
      return undefined;
    }
    left -= 1;
    return kind;
  };
}

/** Each node was restarted once for the current version, one at a time. */
function expectOnce(): void {
  expect(scene.isDelivered(KEY)).toBe(true);
  expect(scene.restarted).toEqual([...NODES]);
  expect(scene.mostDown).toBe(1);
}

describe('Systems Manager that does not answer well', () => {
  it('the answer of a command that was sent is lost: it is found, and not sent again', async () => {
    await rotated();
    fault('SendCommand', { kind: 'drop-after' });
    await scene.sync();
    expectOnce();
    expect(scene.sent()).toBe(2);
  });

  it('a command whose answer is lost shows in the list later only: this run sends no other', async () => {
    await rotated();
    scene.account.runCommand.listDelay = 120_000;
    fault('SendCommand', { kind: 'drop-after' });
    const { findings } = await scene.sync();
    expect(findings).toEqual(['delivery-failed']);
    expect(scene.sent()).toBe(1);
    scene.hours(1);
    await scene.sync();
    expectOnce();
  });

  it('what is listed lags behind, and nothing is sent twice for it', async () => {
    await rotated();
    scene.account.runCommand.listDelay = 30_000;
    await scene.sync();
    expectOnce();
    expect(scene.sent()).toBe(2);
  });

  it('a command that was not sent is sent by the next run', async () => {
    await rotated();
    fault('SendCommand', { kind: 'drop-before' });
    expect((await scene.sync()).findings).toEqual(['delivery-failed']);
    expect(scene.restarted).toEqual([]);
    scene.hours(1);
    await scene.sync();
    expectOnce();
  });

  it.each(['ListCommands', 'ListCommandInvocations'])('%s is throttled twice: the same run goes on', async (action) => {
    await rotated();
    fault(action, { kind: 'error', status: 400, code: 'ThrottlingException' }, 2, 1);
    await scene.sync();
    expectOnce();
  });

  it('SendCommand is throttled: nothing was done, and it is sent again after another look', async () => {
    await rotated();
    fault('SendCommand', { kind: 'error', status: 400, code: 'ThrottlingException' }, 2);
    await scene.sync();
    expectOnce();
  });

  it('looks that fail while a node restarts end the run, and the next one goes on', async () => {
    await rotated();
    fault('ListCommandInvocations', { kind: 'error', status: 503, code: 'ServiceUnavailable' }, 6, 1);
    await scene.sync();
    expect(scene.isDelivered(KEY)).toBe(false);
    scene.hours(1);
    await scene.sync();
    expectOnce();
  });

  it.each([
    ['AccessDeniedException', 'scope-missing', /is not authorized|access denied/i],
    ['InvalidInstanceId', 'environment-not-found', /InvalidInstanceId/],
    ['InvalidDocument', 'environment-not-found', /InvalidDocument/],
    ['InvalidParameters', 'host-rejected', /InvalidParameters/],
  ])('%s is told as what it is', async (code, says, message) => {
    await rotated();
    fault('SendCommand', { kind: 'error', status: 400, code, message: 'User is not authorized to do this' }, 9);
    const { audits, findings } = await scene.sync();
    expect(findings).toEqual(['delivery-failed']);
    const failed = audits.find(({ event }) => event === 'target-failed');
    expect(failed).toMatchObject({ code: says, message: expect.stringMatching(message) });
    expect(scene.restarted).toEqual([]);
  });
});

describe('two runs at once', () => {
  it('for two keys that name the nodes in another order take one node down at a time, although neither has seen the other (K1)', async () => {
    scene = await DataCenterScene.open();
    scene.manage('other');
    const target = targetSchema.parse({ type: 'data-center', document: DOCUMENT, nodes: [...NODES].reverse() });
    scene.register({ ...scene.entry('other'), targets: [target] });
    await scene.rotate();
    // Known everywhere by now, so that no proof comes between.
    scene.hours(25);
    let other: Promise<unknown> | undefined;
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    scene.awsFault = ({ action }) => {
      if (action !== 'SendCommand') return undefined;
      if (other === undefined) {
        // The first one has looked, and its command is on its way until the second one's is.
        other = scene.sync({ look: ['other'] });
        return { kind: 'held', until };
      }
      release();
      return undefined;
    };
    await scene.sync({ look: [KEY] });
    await other;
    const [one, two] = scene.account.runCommand.listCommands({}).Commands.reverse();
    expect(one?.RequestedDateTime).toEqual(two?.RequestedDateTime);
    expect(one?.Parameters.SecretArn).not.toEqual(two?.Parameters.SecretArn);
    for (let hour = 0; hour < 4; hour += 1) {
      scene.hours(1);
      await scene.sync();
    }
    expect(scene.mostDown).toBe(1);
    expect(scene.isDelivered(KEY) && scene.isDelivered('other')).toBe(true);
  });

  it.each([
    ['at the same instant', 0],
    ['a moment later', 1],
    ['after its second request', 2],
    ['while the first one has sent', 3],
  ])('restart each node once, one at a time: the second begins %s (K9)', async (_what, after) => {
    await rotated();
    let other: Promise<unknown> | undefined;
    let seen = 0;
    const begin = () => {
      other ??= scene.sync({ keys: [KEY] });
    };
    scene.onCall = ({ action }) => {
      if (!/Command/.test(action)) return;
      seen += 1;
      if (seen === after) begin();
    };
    const first = scene.sync();
    if (after === 0) begin();
    await Promise.all([first, other]);
    await other;
    for (let hour = 0; hour < 3; hour += 1) {
      scene.hours(1);
      await scene.sync();
    }
    expect(scene.restarted).toEqual([ONE, TWO]);
    expect(scene.mostDown).toBe(1);
    expect(scene.isDelivered(KEY)).toBe(true);
    for (const node of NODES) expect(scene.keyAt(node)).toBe(scene.currentKey(KEY));
  });
});
