import { afterEach } from 'vitest';
import { Scene } from './scene';
import type { SceneOptions } from './stage';

const open: Scene[] = [];

/** A scene that is closed after the test. */
export async function newScene(options?: SceneOptions): Promise<Scene> {
  const scene = await new Scene(options).start();
  open.push(scene);
  return scene;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((scene) => scene.close()));
});
