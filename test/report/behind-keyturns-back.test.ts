import { expect, it } from 'vitest';
import { createEvidencePorts } from '../../functions/aws/evidence-ports';
import { gatherEvidence } from '../../functions/report/evidence/gather-evidence';
import { makeReport } from '../../functions/report/judge/make-report';
import { newScene } from '../support/dispose';
import { START } from '../support/stage';

it('a key that was made by hand and one that was deleted behind Keyturn’s back are the first things to look at', async () => {
  const scene = await newScene();
  scene.manage('shop');
  await scene.rotate();
  await scene.sync();
  scene.hours(24);
  const deleted = scene.currentKey('shop') ?? '';
  const { AccessKeyId: handMade } = scene.createKey('ci-shop');
  scene.hours(1);
  scene.deleteKey('ci-shop', deleted);
  scene.hours(1);

  const now = new Date(scene.clock.now());
  const time = { now: () => now, sleep: async () => {} };
  const evidence = await gatherEvidence(createEvidencePorts({ time }), { since: new Date(START), until: now });
  const { attention, summary } = makeReport(evidence);

  const withoutKeyturn = attention.filter(({ kind }) => kind === 'without-keyturn');
  expect(withoutKeyturn.map(({ accessKeyId }) => accessKeyId).sort()).toEqual([deleted, handMade].sort());
  expect(withoutKeyturn.map(({ user }) => user)).toEqual(['ci-shop', 'ci-shop']);
  expect(attention.slice(0, 2)).toEqual(withoutKeyturn);
  expect(summary.changesWithoutKeyturn).toBe(2);
  expect(summary.verdict).toBe('not-compliant');
});
