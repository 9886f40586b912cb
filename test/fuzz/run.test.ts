import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { toKeyturnError } from '../../functions/core/errors';
import { TAG } from '../../functions/core/names';
import { syncRequestOf } from '../../functions/sync/trigger';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import { anyJson, anyText, mutated } from './hostile';

/** SSM: 1 to 4,096 characters; tags: at most 256; both of what an XML document may hold. */
const storable = (most: number) => (text: string) =>
  text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '?').slice(0, most) || '?';

/** What somebody has put into the places of one managed key. */
interface Mess {
  readonly parameter: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly value: string;
  readonly connection: string;
  readonly event: unknown;
}

function messAround(entry: object): fc.Arbitrary<Mess> {
  const json = fc.oneof(
    anyText,
    anyJson.map((value) => JSON.stringify(value)),
  );
  return fc.record({
    parameter: fc
      .oneof(
        json,
        mutated(entry).map((value) => JSON.stringify(value) ?? 'null'),
      )
      .map(storable(4_000)),
    tags: fc.dictionary(fc.constantFrom(...Object.values(TAG)), anyText.map(storable(256)), { maxKeys: 3 }),
    value: json.map(storable(4_000)),
    connection: json.map(storable(4_000)),
    event: anyJson,
  });
}

function isRefused(event: unknown): boolean {
  try {
    syncRequestOf(event);
    return false;
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'invalid-request') return true;
    throw thrown;
  }
}

async function runAll(scene: Scene, event: unknown) {
  const outcomes = [await scene.rotate(), await scene.sync()];
  // What is no event and no request is refused before a run begins (K14).
  if (!isRefused(event)) outcomes.push(await scene.sync(event));
  outcomes.push(await scene.deactivate(), await scene.delete());
  return outcomes;
}

it('whatever stands in one key’s parameter, tags, value and connection, no run stops and every other key lives on (K6, K11)', async () => {
  await fc.assert(
    fc.asyncProperty(messAround((await newScene()).entry('bad')), async (mess) => {
      const scene = await newScene();
      scene.manage('good');
      scene.manage('bad', { connectionSecret: 'keyturn/connections/bad' });
      scene.secret('keyturn/connections/bad', mess.connection);
      scene.parameter('bad', mess.parameter);
      for (const [key, value] of Object.entries(mess.tags)) scene.setTag('bad', key, value);
      scene.put('bad', mess.value);
      const outcomes = await runAll(scene, mess.event);
      scene.toDay(91);
      outcomes.push(...(await runAll(scene, mess.event)));

      for (const { thrown, audits } of outcomes) {
        expect(thrown).toBeUndefined();
        for (const { code, key } of audits) {
          expect(code).not.toBe('unexpected');
          if (key === 'good') expect(code).toBeUndefined();
        }
      }
      expect(scene.isDelivered('good')).toBe(true);
      expect(await scene.login('good')).toContain(':user/ci-good');
      const written = JSON.stringify(outcomes.map(({ audits, lines, summary }) => [audits, lines, summary]));
      for (const secret of scene.material) expect(written).not.toContain(secret);
      await scene.close();
    }),
    { numRuns: 12 },
  );
}, 60_000);
