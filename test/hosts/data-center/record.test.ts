import { afterEach, describe, expect, it } from 'vitest';
import type { AwsFault } from '../../../local/account/wire/server';
import { DataCenterScene, KEY, NODES, ONE, TWO } from './nodes';

let scene: DataCenterScene;
afterEach(() => scene.close());

async function rotated(): Promise<void> {
  scene = await DataCenterScene.open();
  await scene.rotate();
}

/** The record itself, and not what a process that died has said: the ends of restarts, in its order. */
function inRecord() {
  const events = scene.recorded().filter(({ event }) => event === 'restart-ended');
  return events.map(({ outcome, code, version, facts = {} }) => {
    const { node, command, came, status } = facts;
    return { node, command, came, status, outcome, code, isCurrent: version === scene.current(KEY) };
  });
}

/** What Systems Manager has of a node, oldest first. */
function commandsOf(node: string): readonly string[] {
  const { Commands } = scene.account.runCommand.listCommands({ InstanceId: node });
  return Commands.map(({ CommandId }) => CommandId).reverse();
}

const DENIED: AwsFault = { kind: 'error', status: 400, code: 'AccessDeniedException' };

describe('the record has what became of each restart (K7)', () => {
  it('of each node by itself, with its command', async () => {
    await rotated();
    await scene.sync();
    const ok = { came: 'confirmed', status: 'Success', outcome: 'ok', code: undefined, isCurrent: true };
    expect(inRecord()).toEqual(NODES.map((node) => ({ node, command: commandsOf(node)[0], ...ok })));
  });

  it('as soon as a run knows it, while the next one is still to come', async () => {
    await rotated();
    const seen: unknown[] = [];
    scene.onCall = ({ action }) => {
      if (action === 'ListCommandInvocations') seen.push(inRecord().map(({ node }) => node));
    };
    await scene.sync();
    expect(seen).toContainEqual([ONE]);
  });

  it.each([
    ['unwell', 'Failed'],
    ['gone', 'Undeliverable'],
  ] as const)('of one that is %s, once for each try', async (trouble, status) => {
    await rotated();
    scene.nodes.node(ONE).trouble = trouble;
    for (let half = 0; half < 7; half += 1) {
      await scene.sync();
      scene.hours(0.5);
    }
    const tries = commandsOf(ONE);
    expect(tries.length).toBeGreaterThan(1);
    const failed = { node: ONE, came: 'failed', status, outcome: 'failed', isCurrent: true };
    expect(inRecord()).toMatchObject(tries.map((command) => ({ command, ...failed })));
  });

  it('of one that was at work when somebody asked for all of them once more', async () => {
    await rotated();
    await scene.sync();
    scene.hours(1);
    const ask = async (id: string) => {
      const document = {
        schema: 'keyturn.request/v1',
        id: `once-more-please-${id}`,
        do: 'deliver',
        keys: [KEY],
        why: 'x',
      };
      const { answer } = await scene.ask(document, { level: 'administrator' });
      await scene.ask({ ...document, plan: answer?.plan?.digest }, { level: 'administrator' });
    };
    await ask('1');
    scene.nodes.startsIn = 9 * 60_000;
    await scene.sync();
    scene.hours(0.1);
    await ask('2');
    scene.nodes.startsIn = 25_000;
    for (let hour = 0; hour < 3; hour += 1) {
      scene.hours(1);
      await scene.sync();
    }
    const told = inRecord().map(({ command }) => command);
    expect(told.toSorted()).toEqual(NODES.flatMap(commandsOf).toSorted());
  });

  it('of a command that was refused', async () => {
    await rotated();
    scene.awsFault = ({ action }) => (action === 'SendCommand' ? DENIED : undefined);
    await scene.sync();
    const refused = { node: ONE, command: undefined, came: 'refused', outcome: 'failed', code: 'scope-missing' };
    expect(inRecord()).toMatchObject([refused]);
  });

  it('before all have confirmed, and once although several runs see it', async () => {
    await rotated();
    scene.nodes.startsIn = 7 * 60_000;
    await scene.sync();
    expect(scene.isDelivered(KEY)).toBe(false);
    expect(inRecord().map(({ node }) => node)).toEqual([ONE]);
    scene.hours(1);
    await scene.sync();
    expect(inRecord().map(({ node }) => node)).toEqual([ONE, TWO]);
    expect(scene.isDelivered(KEY)).toBe(true);
  });

  it('after a run that died with it, by the next one (K9)', async () => {
    await rotated();
    // The first node has been restarted, and the run dies when it has seen that.
    let isSeen = false;
    scene.onCall = ({ action }) => {
      isSeen ||= action === 'ListCommandInvocations' && scene.keyAt(ONE) === scene.currentKey(KEY);
    };
    for (let at = 1; !isSeen; at += 1) await scene.kill(at, () => scene.sync());
    scene.onCall = undefined;
    expect(inRecord()).toEqual([]);
    scene.hours(1);
    await scene.sync();
    expect(inRecord().map(({ node }) => node)).toEqual([ONE, TWO]);
  });

  it('twice where the record cannot be read, rather than never', async () => {
    await rotated();
    scene.nodes.startsIn = 7 * 60_000;
    await scene.sync();
    scene.hours(1);
    scene.awsFault = ({ action }) => (action === 'FilterLogEvents' ? DENIED : undefined);
    await scene.sync();
    expect(inRecord().map(({ node }) => node)).toEqual([ONE, ONE, TWO]);
    expect(scene.isDelivered(KEY)).toBe(true);
  });

  it('without any secret (K6)', async () => {
    await rotated();
    await scene.sync();
    for (const secret of scene.material) expect(JSON.stringify(scene.recorded())).not.toContain(secret);
  });
});
