import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DAY, HOUR } from '../../functions/core/duration';
import { deployedScene } from '../support/deployed-scene';
import type { Scene } from '../support/scene';
import { typed } from './typed';

let scene: Scene;
let folder: string;

beforeEach(async () => {
  scene = await deployedScene(Date.now() - 2 * DAY);
  scene.manage('shop');
  scene.manage('api');
  await scene.day();
  scene.clock.advanceTo(Date.now() - HOUR);
  await scene.day();
  scene.clock.advanceTo(Math.max(scene.clock.now(), Date.now()));
  folder = mkdtempSync(join(tmpdir(), 'keyturn-doctor-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
  await scene.close();
});

async function doctor(...args: readonly string[]) {
  const { accessKeyId, secretAccessKey, sessionToken } = scene.account.rootSession();
  vi.stubEnv('AWS_ENDPOINT_URL', scene.accountUrl);
  vi.stubEnv('AWS_REGION', scene.account.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
  return typed(['doctor', ...args], { folder });
}

it('shows', async () => {
  const { code, stdout, stderr } = await doctor();
  console.log(code, stdout, stderr);
  expect(code).toBe(0);
});
