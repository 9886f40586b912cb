import { describe, expect, it } from 'vitest';
import { secretStateOf } from '../../cli/rehearsal/witness/secret-state-of';
import { TAG } from '../../functions/core/names';
import { deliveredKey, expectSettled, storedKey } from '../support/converge';
import type { Scene } from '../support/scene';

const VERIFY = {
  schema: 'keyturn.request/v1',
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  do: 'verify',
  keys: ['shop'],
  why: 'a red pipeline',
};
const LOOK = { look: ['shop'], only: 'check', by: 'alice', why: 'a red pipeline' };

async function doneBy(scene: Scene) {
  const { answer } = await scene.ask(VERIFY);
  return scene.ask({ ...VERIFY, plan: answer?.plan?.digest });
}

/** A person deletes one of the two variables. */
function drift(scene: Scene): void {
  const [environment] = scene.bitbucket.environments({ workspace: 'acme', repository: 'shop' });
  const at = {
    level: 'deployment',
    workspace: 'acme',
    repository: 'shop',
    environment: environment?.uuid ?? '',
  } as const;
  const found = scene.bitbucket.variables(at).find(({ key }) => key === 'AWS_SECRET_ACCESS_KEY');
  scene.bitbucket.removeVariable(at, found?.uuid ?? '');
}
const writes = ({ hostRequests }: Scene) => hostRequests.filter(({ method }) => method !== 'GET').length;
const labels = (scene: Scene) => secretStateOf(scene.describe('shop')).versions;

describe('a comparison that was asked for', () => {
  it('is started, looks at every target, and changes nothing but the mark of the look (K12)', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    const [before, marks, tags] = [writes(scene), labels(scene), scene.tag('shop')];
    const { answer, audits } = await doneBy(scene);
    expect([answer?.outcome, answer?.started]).toEqual(['done', [{ function: 'sync', isStarted: true }]]);
    expect(audits.map(({ event }) => event)).toEqual(['run-started', 'requested', 'check-started', 'run-finished']);
    expect(scene.started).toEqual([{ name: 'sync', keys: ['shop'], only: 'check' }]);
    expect(scene.tag('shop')).toEqual(tags);

    const look = await scene.sync(LOOK);

    expect(look.audits.map(({ event }) => event)).toEqual(['run-started', 'check-recorded', 'run-finished']);
    expect([writes(scene), labels(scene)]).toEqual([before, marks]);
    const { [TAG.checked]: _checked, [TAG.revisions]: _revisions, ...others } = scene.tag('shop');
    expect(tags).toMatchObject(others);
  });

  it('tells drift and repairs nothing, whatever the setting; the daily look repairs it then (K13)', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    drift(scene);
    const [before, marks] = [writes(scene), labels(scene)];

    const look = await scene.sync(LOOK, { drift: 'repair' });

    expect(look.findings).toEqual(['drifted']);
    const { message } = look.audits.find(({ event }) => event === 'finding') ?? {};
    expect(message).toContain('keyturn deliver shop puts it right at once');
    expect([writes(scene), labels(scene)]).toEqual([before, marks]);
    expect((await scene.sync(undefined, { drift: 'repair' })).summary.delivered).toBe(1);
    await expectSettled(scene);
  });

  it('delivers nothing that is to be delivered', async () => {
    const scene = await storedKey();
    const before = writes(scene);
    expect((await scene.sync(LOOK)).summary.delivered).toBe(0);
    expect(writes(scene)).toBe(before);
  });

  it('is refused where nothing can be started: nothing else would do it (K14)', async () => {
    const scene = await deliveredKey();
    scene.startsNothing = true;
    const { answer, audits } = await doneBy(scene);
    expect(answer?.refused).toMatchObject({
      reason: 'failed',
      message: expect.stringContaining('sync could not be started'),
    });
    expect(audits.map(({ event, outcome }) => `${event} ${outcome}`)).not.toContain('check-started ok');
  });

  it('is refused while the current key has not reached every target', async () => {
    expect((await (await storedKey()).ask(VERIFY)).answer?.refused?.reason).toBe('not-delivered');
  });
});
