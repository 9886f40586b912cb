import { createEvidencePorts } from '../../../functions/aws/evidence-ports';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { gatherEvidence, type Period } from '../../../functions/report/evidence/gather-evidence';
import type { ReadingBounds } from '../../../functions/report/evidence/ports';
import type { AwsCall } from '../../../local/account/principal';
import type { AwsFault } from '../../../local/account/wire/server';
import { newScene } from '../../support/dispose';
import type { Scene } from '../../support/scene';
import { START } from '../../support/stage';

/** All of the scene's time, read by the real adapters over HTTP. */
export function gather(
  scene: Scene,
  period: Partial<Period> = {},
  logGroup?: string,
  trailFiles?: Partial<ReadingBounds>,
): Promise<Evidence> {
  const now = () => new Date(scene.clock.now());
  const time = { now, sleep: async (milliseconds: number) => scene.clock.advanceBy(milliseconds) };
  const ports = createEvidencePorts({ time, logGroup, trailFiles });
  return gatherEvidence(ports, { since: new Date(START), until: now(), ...period });
}

/** A scene with one key that was rotated and delivered, and whose CloudTrail records show. */
export async function rotated(): Promise<Scene> {
  const scene = await newScene();
  scene.manage('shop');
  await scene.rotate();
  await scene.sync();
  scene.hours(1);
  return scene;
}

/** Fails every call of some actions. */
export const failing = (actions: readonly string[], fault: AwsFault) => (call: AwsCall) =>
  actions.includes(call.action) ? fault : undefined;
