import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, after as plus } from '../../../functions/core/duration';
import type { SentRestart } from '../../../functions/core/hosts/data-center';
import { planRoll, type RollInput } from '../../../functions/core/hosts/data-center-roll';

const NOW = new Date('2026-05-01T03:00:00Z');
const [ONE, TWO, THREE] = ['i-00000001', 'i-00000002', 'i-00000003'] as const;
const OWN = { secretArn: 'arn:own', versionId: 'v2' };

let counter = 0;
/** A command so many minutes ago. */
function sent(node: string, came: SentRestart['came'], ago: number, more: Partial<SentRestart> = {}): SentRestart {
  counter += 1;
  const commandId = `command-${String(counter).padStart(4, '0')}`;
  return { ...OWN, commandId, node, came, sentAt: plus(NOW, -ago * MINUTE), status: came, ...more };
}
const ofKey = { secretArn: 'arn:other', versionId: 'x1' };
const before = { versionId: 'v1' };

function plan(commands: readonly SentRestart[], more: Partial<RollInput> = {}) {
  return planRoll({ nodes: [ONE, TWO], request: OWN, sent: commands, wasConfirmed: false, now: NOW, ...more });
}

describe('what a restart of nodes does next', () => {
  it.each<[string, readonly SentRestart[], string]>([
    ['nothing was sent', [], ONE],
    ['the first has confirmed', [sent(ONE, 'succeeded', 5)], TWO],
    ['both have an older version', [sent(ONE, 'succeeded', 9_000, before), sent(TWO, 'succeeded', 8_990, before)], ONE],
    [
      'it had this version, and a later one came between',
      [sent(ONE, 'succeeded', 90), sent(ONE, 'succeeded', 60, before)],
      ONE,
    ],
    ['both were restarted for another key', [sent(ONE, 'succeeded', 9, ofKey), sent(TWO, 'succeeded', 5, ofKey)], ONE],
    ['the second is down from an older version', [sent(TWO, 'failed', 5, before)], TWO],
    ['the second is down for another key', [sent(TWO, 'failed', 5, ofKey)], TWO],
    ['the first failed long enough ago', [sent(ONE, 'failed', 51)], ONE],
    [
      'its commands have other words than ours',
      [sent(ONE, 'succeeded', 5, { secretArn: undefined, versionId: undefined })],
      ONE,
    ],
    ['it was restarted for this one with other settings', [sent(ONE, 'succeeded', 5, { isOther: true })], ONE],
  ])('one node is restarted: %s', (_what, commands, node) => {
    expect(plan(commands)).toEqual({ do: 'restart', node });
  });

  it.each<[string, readonly SentRestart[]]>([
    ['its own', [sent(ONE, 'open', 1)]],
    ["another key's on the other node", [sent(TWO, 'open', 1, ofKey)]],
    ['a copy that another run has sent', [sent(ONE, 'succeeded', 5), sent(ONE, 'open', 4)]],
    ['one that no node has said anything of yet', [sent(ONE, 'open', 59, { isSilent: true })]],
  ])('nothing is restarted while a command may be at work: %s', (_what, commands) => {
    expect(plan(commands).do).toBe('wait');
  });

  it('a command that no node has said anything of for an hour has reached none, and counts as failed', () => {
    expect(plan([sent(ONE, 'open', 61, { isSilent: true })])).toEqual({ do: 'restart', node: ONE });
    expect(plan([sent(ONE, 'open', 60, { isSilent: true })])).toEqual({ do: 'restart', node: ONE });
    expect(plan([sent(ONE, 'open', 61)]).do).toBe('wait');
    const twice = [sent(ONE, 'open', 130, { isSilent: true }), sent(ONE, 'open', 61, { isSilent: true })];
    expect(plan(twice)).toMatchObject({ do: 'stop', failed: { node: ONE }, again: plus(NOW, 39 * MINUTE) });
  });

  it('no second node is restarted while one is down, and that one is tried again later and later', () => {
    const failed = sent(ONE, 'failed', 10);
    expect(plan([failed])).toEqual({
      do: 'stop',
      failed,
      isOwn: true,
      again: plus(failed.sentAt, 50 * MINUTE),
    });
    const twice = [sent(ONE, 'failed', 110), sent(ONE, 'failed', 60)];
    expect(plan(twice)).toMatchObject({ do: 'stop', again: plus(twice[1]?.sentAt ?? NOW, 100 * MINUTE) });
    const often = Array.from({ length: 9 }, (_none, at) => sent(ONE, 'failed', 60 * (30 - at)));
    const last = often.at(-1)?.sentAt ?? NOW;
    expect(plan(often, { now: plus(last, 19 * HOUR) })).toMatchObject({ do: 'stop', again: plus(last, 20 * HOUR) });
    expect(plan(often, { now: plus(last, 20 * HOUR) })).toEqual({ do: 'restart', node: ONE });
  });

  it.each<[string, readonly SentRestart[]]>([
    ['the tries of another node', [sent(ONE, 'failed', 55), sent(TWO, 'failed', 5)]],
    ['what succeeded', [sent(ONE, 'succeeded', 200), sent(ONE, 'failed', 55)]],
    ["another key's tries", [sent(ONE, 'failed', 5, { secretArn: 'arn:other' })]],
    ["another key's last try", [sent(ONE, 'failed', 55), sent(ONE, 'failed', 5, ofKey)]],
    ["an older version's tries", [sent(ONE, 'failed', 5, before)]],
  ])('how long it waits for a node does not go by %s', (_what, commands) => {
    expect(plan(commands)).toEqual({ do: 'restart', node: ONE });
  });

  it('a success of something else than Keyturn sends says nothing of a node that is down: no other one is touched (K1)', () => {
    const elsewhere = { isOther: true };
    const ofOtherKey = { ...ofKey, isOther: true };
    const down = sent(TWO, 'failed', 5);
    expect(plan([down, sent(TWO, 'succeeded', 4, elsewhere)])).toMatchObject({ do: 'stop', failed: down, isOwn: true });
    const ofOther = sent(TWO, 'failed', 5, ofKey);
    const commands = [sent(TWO, 'succeeded', 9), ofOther];
    expect(plan([...commands, sent(TWO, 'succeeded', 4, ofOtherKey)])).toMatchObject({ do: 'stop', failed: ofOther });
    expect(plan([...commands, sent(TWO, 'succeeded', 4, ofKey)])).toEqual({ do: 'restart', node: ONE });
    // That it does not succeed is told of a node by whatever was sent.
    const failed = sent(TWO, 'failed', 4, elsewhere);
    expect(plan([sent(TWO, 'succeeded', 9), failed])).toEqual({ do: 'restart', node: TWO });
    expect(plan([failed])).toEqual({ do: 'restart', node: TWO });
  });

  it("a node that has confirmed, and of which a command of nobody's key says that it is down, is looked at by this one (K8)", () => {
    const failed = sent(ONE, 'failed', 5, { ...ofKey, isOther: true });
    const commands = [sent(ONE, 'succeeded', 9), failed];
    expect(plan(commands)).toEqual({ do: 'restart', node: ONE });
    expect(plan([...commands, sent(ONE, 'succeeded', 1)])).toEqual({ do: 'restart', node: TWO });
    expect(plan([...commands, sent(ONE, 'failed', 1)])).toMatchObject({ do: 'stop', isOwn: true });
    // Where none is missing, nothing is sent.
    expect(plan([...commands, sent(TWO, 'succeeded', 1)])).toMatchObject({ do: 'done' });
  });

  it('a node that has confirmed and is down for another key holds the others back', () => {
    const failed = sent(ONE, 'failed', 60, ofKey);
    const commands = [sent(ONE, 'succeeded', 90), failed];
    expect(plan(commands)).toEqual({ do: 'stop', failed, isOwn: false, again: undefined });
    expect(plan([...commands, sent(TWO, 'succeeded', 30)]).do).toBe('done');
  });

  it('all have confirmed, each by its last command for this key', () => {
    const [one, two] = [sent(ONE, 'succeeded', 90), sent(TWO, 'succeeded', 60)];
    expect(plan([two, one, sent(ONE, 'succeeded', 30, ofKey)])).toEqual({
      do: 'done',
      nodes: [
        { node: ONE, by: one },
        { node: TWO, by: two },
      ],
    });
  });

  it('what was complete once restarts nothing again, when Systems Manager has forgotten it', () => {
    expect(plan([], { wasConfirmed: true })).toEqual({
      do: 'done',
      nodes: [
        { node: ONE, by: undefined },
        { node: TWO, by: undefined },
      ],
    });
    // What it remembers says more than what was kept.
    const later = [sent(ONE, 'succeeded', 5, { versionId: 'v3' })];
    expect(plan(later, { wasConfirmed: true })).toEqual({ do: 'restart', node: ONE });
  });

  it('what a node confirmed before a later version was current says nothing when this one is current again (K1)', () => {
    const commands = [sent(ONE, 'succeeded', 90), sent(TWO, 'succeeded', 60)];
    const since = plus(NOW, -90 * MINUTE);
    expect(plan(commands, { since })).toEqual({ do: 'restart', node: ONE });
    expect(plan([...commands, sent(ONE, 'succeeded', 30)], { since })).toMatchObject({ do: 'done' });
    expect(plan(commands, { since: plus(NOW, -60 * MINUTE), nodes: [TWO] })).toEqual({ do: 'restart', node: TWO });
  });

  it('what a node confirmed before the version was stored says nothing: it has read the one before (K1)', () => {
    const commands = [sent(ONE, 'succeeded', 90), sent(TWO, 'succeeded', 60)];
    const [stored, since] = [plus(NOW, -90 * MINUTE), plus(NOW, -100 * MINUTE)];
    expect(plan(commands, { storedAt: stored })).toEqual({ do: 'restart', node: ONE });
    expect(plan(commands, { storedAt: stored, since })).toEqual({ do: 'restart', node: ONE });
    expect(plan([...commands, sent(ONE, 'succeeded', 30)], { storedAt: stored })).toMatchObject({ do: 'done' });
  });

  it('a date that has not come restarts no node again and again', () => {
    for (const date of ['since', 'storedAt'])
      expect(plan([sent(ONE, 'succeeded', 9)], { nodes: [ONE], [date]: plus(NOW, 1) }).do).toBe('done');
  });

  it('the order of two commands of one instant is the same for whoever looks', () => {
    const [one, two] = [sent(ONE, 'failed', 100), sent(ONE, 'succeeded', 100)];
    for (const commands of [
      [one, two],
      [two, one],
    ])
      expect(plan(commands)).toEqual({ do: 'restart', node: TWO });
  });

  it('nodes are taken in the order of their IDs, however a key lists them, and however many', () => {
    const nodes = [THREE, TWO, ONE];
    expect(plan([], { nodes })).toEqual({ do: 'restart', node: ONE });
    expect(plan([sent(ONE, 'succeeded', 20)], { nodes })).toEqual({ do: 'restart', node: TWO });
    const done = [sent(ONE, 'succeeded', 20), sent(THREE, 'succeeded', 10)];
    expect(plan(done, { nodes })).toEqual({ do: 'restart', node: TWO });
    const down = [sent(THREE, 'failed', 60), sent(TWO, 'failed', 60)];
    expect(plan(down, { nodes })).toEqual({ do: 'restart', node: TWO });
  });
});
