import { afterEach } from 'vitest';
import { Scene } from './scene';

const open: Scene[] = [];

/** A scene that is closed after the test. */
export async function newScene(): Promise<Scene> {
  const scene = await new Scene().start();
  open.push(scene);
  return scene;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((scene) => scene.close()));
});
