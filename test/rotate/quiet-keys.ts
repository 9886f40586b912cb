import { MINUTE } from '../../functions/core/duration';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';
import type { SceneOptions } from '../support/stage';

export const IDS = ['a', 'b', 'c', 'd', 'e'];
/** Of a credential report: no run waits so long. */
export const NEVER = 60 * MINUTE;

/** Delivered keys on a day on which none of them is due. */
export async function quietKeys(options: SceneOptions): Promise<Scene> {
  const scene = await newScene(options);
  for (const id of IDS) scene.manage(id);
  await scene.rotate();
  await scene.sync();
  scene.toDay(20);
  return scene;
}

/** Ids of the keys that a run rotated. */
export const rotated = ({ audits }: Outcome) =>
  audits.flatMap(({ event, key }) => (event === 'key-stored' ? [key] : []));
