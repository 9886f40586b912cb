import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DOCUMENT_PARAMETERS } from '../../../functions/core/hosts/data-center';
import { versionIdOf } from '../../../functions/core/key/version-id';
import { World } from '../../../local/world';
import { read } from '../../docs/documents';
import { credentialOf, STORED } from '../bitbucket/bitbucket-world';

const template = z
  .object({
    Resources: z.object({
      Document: z.object({
        Properties: z.object({
          Content: z.object({
            schemaVersion: z.literal('2.2'),
            parameters: z.record(
              z.string(),
              z.object({ type: z.literal('String'), default: z.string().optional(), allowedPattern: z.string() }),
            ),
            mainSteps: z.tuple([
              z.object({
                action: z.literal('aws:runShellScript'),
                inputs: z.object({ runCommand: z.array(z.string()) }),
              }),
            ]),
          }),
        }),
      }),
    }),
  })
  .parse(JSON.parse(read('docs/examples/datacenter-restart.template.json')));
const { parameters, mainSteps } = template.Resources.Document.Properties.Content;

const credential = credentialOf(1);
const SENT = {
  [DOCUMENT_PARAMETERS.secretArn]: STORED.secretArn,
  [DOCUMENT_PARAMETERS.versionId]: versionIdOf(credential),
  [DOCUMENT_PARAMETERS.accessKeyId]: credential.accessKeyId,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'document-'));
  mkdirSync(join(folder, 'bin'));
  tool('systemctl', [`[ "$1" = show ] && exec cat ${folder}/starts`, restart(), 'sleep 0.2'].join('\n'));
  writeFileSync(join(folder, 'starts'), 'InvocationID=0\n');
  tool('curl', `echo '{"state":"RUNNING"}'`);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What systemd does: each start has an ID of its own. */
const restart = () => `echo "$@" >> ${folder}/restarts; echo "InvocationID=$$" > ${folder}/starts`;

function tool(name: string, script: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** As the agent runs it, with the parameters put into their places. @returns its exit code */
async function run(more: Readonly<Record<string, string>> = {}): Promise<number> {
  const defaults = Object.entries(parameters).flatMap(([name, one]) =>
    one.default === undefined ? [] : [[name, one.default] as const],
  );
  const given = new Map(Object.entries({ ...Object.fromEntries(defaults), ...SENT, ...more }));
  const script = mainSteps[0].inputs.runCommand
    .join('\n')
    .replace(/\{\{ (\w+) \}\}/g, (_whole, name: string) => given.get(name) ?? '')
    .replaceAll('/var/lib/keyturn', join(folder, 'state'));
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  return promisify(execFile)('sh', ['-c', script], { env }).then(
    () => 0,
    (thrown: { readonly code: number }) => thrown.code,
  );
}

const restarts = () =>
  existsSync(join(folder, 'restarts')) ? readFileSync(join(folder, 'restarts'), 'utf8').trim().split('\n') : [];

describe('the document of the examples', () => {
  it('deploys as a stack, and is the one that takes what is sent', async () => {
    const world = await World.start({ start: new Date('2026-01-01T00:00:00Z') });
    try {
      const body = read('docs/examples/datacenter-restart.template.json');
      const { outputs } = await world.deployTemplate('restart', body, {});
      expect(outputs).toEqual({ DocumentName: 'keyturn-restart-bitbucket' });
      const { runCommand } = world.account;
      runCommand.addNode('i-0123456789abcdef0', { reach: () => 'online', run: () => ({ takes: 0, ends: 'Success' }) });
      const one = { DocumentName: outputs.DocumentName ?? '', InstanceIds: ['i-0123456789abcdef0'] };
      const Parameters = Object.fromEntries(Object.entries(SENT).map(([name, value]) => [name, [value]]));
      expect(runCommand.sendCommand({ ...one, Parameters }).Command.Status).toBe('Pending');
      expect(() => runCommand.sendCommand({ ...one, Parameters: {} })).toThrow();
    } finally {
      await world.close();
    }
  });

  it('needs exactly the parameters that are sent, and takes what they are', () => {
    const needed = Object.entries(parameters).filter(([, one]) => one.default === undefined);
    expect(needed.map(([name]) => name).sort()).toEqual(Object.keys(SENT).sort());
    for (const [name, value] of Object.entries(SENT)) {
      expect(value).toMatch(new RegExp(parameters[name]?.allowedPattern ?? '$^'));
      for (const bad of [`${value}'; reboot; '`, `${value}\n`, '', '$(reboot)'])
        expect(bad).not.toMatch(new RegExp(parameters[name]?.allowedPattern ?? ''));
    }
    for (const one of Object.values(parameters))
      if (one.default !== undefined) expect(one.default).toMatch(new RegExp(one.allowedPattern));
  });

  it('restarts a node once for a version, and again for the next one and for the one before it', async () => {
    expect(await run()).toBe(0);
    expect(await run()).toBe(0);
    expect(restarts()).toEqual(['restart atlbitbucket']);
    expect(await run({ VersionId: 'access-key-AKIA0000000000000002-20260101T000000Z' })).toBe(0);
    expect(await run()).toBe(0);
    expect(restarts()).toHaveLength(3);
  });

  it('that is sent twice at the same time restarts a node once', async () => {
    expect(await Promise.all([run(), run(), run()])).toEqual([0, 0, 0]);
    expect(restarts()).toHaveLength(1);
  });

  it.each([
    ['it is still starting', `echo '{"state":"STARTING"}'; exit 22`],
    ['it is being set up', `echo '{"state":"FIRST_RUN"}'`],
    ['nothing answers', 'exit 7'],
  ])('fails where %s until the end of its time, and restarts it the next time', async (_what, answer) => {
    tool('curl', answer);
    expect(await run({ SecondsToWait: '0' })).toBe(1);
    tool('curl', `echo '{"state":"RUNNING"}'`);
    expect(await run()).toBe(0);
    expect(restarts()).toHaveLength(2);
  });

  it('restarts a node for the version before it after one that came to nothing, as it may hold that one (K1)', async () => {
    expect(await run()).toBe(0);
    const next = { VersionId: 'access-key-AKIA0000000000000002-20260101T000000Z' };
    tool('curl', 'exit 7');
    expect(await run({ ...next, SecondsToWait: '0' })).toBe(1);
    tool('curl', `echo '{"state":"RUNNING"}'`);
    expect(await run()).toBe(0);
    expect(restarts()).toHaveLength(3);
  });

  it('restarts a node for its version again when it was started by somebody else since (K1)', async () => {
    expect(await run()).toBe(0);
    writeFileSync(join(folder, 'starts'), 'InvocationID=after-a-crash\n');
    expect(await run()).toBe(0);
    expect(await run()).toBe(0);
    expect(restarts()).toHaveLength(2);
  });

  it('restarts a node for its version again when somebody has asked for it, once for each time (K14)', async () => {
    expect(await run()).toBe(0);
    const asked = { [DOCUMENT_PARAMETERS.askedAt]: '2026-01-01T00:00:00.000Z' };
    tool('curl', 'exit 7');
    expect(await run({ ...asked, SecondsToWait: '0' })).toBe(1);
    tool('curl', `echo '{"state":"RUNNING"}'`);
    expect(await run(asked)).toBe(0);
    expect(restarts()).toHaveLength(3);
    // A copy of it, and one of the first command that comes late.
    expect(await run(asked)).toBe(0);
    expect(await run()).toBe(0);
    expect(restarts()).toHaveLength(3);
    expect(await run({ AskedAt: '2026-01-02T00:00:00.000Z' })).toBe(0);
    expect(restarts()).toHaveLength(4);
  });

  it('fails where the unit cannot be asked which start this is, and restarts nothing', async () => {
    tool('systemctl', `[ "$1" = show ] && exit 1\n${restart()}`);
    expect(await run()).not.toBe(0);
    expect(restarts()).toEqual([]);
  });

  it('fails where the service does not start', async () => {
    tool('systemctl', 'exit 3');
    expect(await run()).not.toBe(0);
  });
});
