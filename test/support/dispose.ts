import { onTestFinished } from 'vitest';
import { Scene } from './scene';
import type { SceneOptions } from './stage';

/** A scene that is closed after the test that asked for it, in whatever process: files may share one. */
export async function newScene(options?: SceneOptions): Promise<Scene> {
  const scene = await new Scene(options).start();
  onTestFinished(() => scene.close());
  return scene;
}
