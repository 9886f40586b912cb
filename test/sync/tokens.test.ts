import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../functions/core/duration';
import { TAG } from '../../functions/core/names';
import { deliveredKey, expectLogin, expectSettled, storedKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';
import { START } from '../support/stage';

const ACME = 'keyturn/connections/acme';

function tagToken(scene: Scene, Value: string, SecretId = ACME): void {
  scene.account.invoke(scene.admin, 'secretsmanager', 'TagResource', {
    SecretId,
    Tags: [{ Key: TAG.expires, Value }],
  });
}

const dateAt = (day: number) => new Date(START + day * DAY).toISOString().slice(0, 10);
const findingsIn = ({ audits }: Outcome) => audits.filter(({ event }) => event === 'finding');
const told = (scene: Scene) => scene.account.sns.messages.map(({ subject }) => subject ?? '');

describe('a token that the host rejects', () => {
  it('is a finding that names the connection and its secret, for each key that waits, and one message', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b', 'c']) scene.manage(id);
    await scene.rotate();
    scene.bitbucket.revoke(scene.token);
    const outcome = await scene.sync();
    expect(outcome).toMatchObject({ findings: Array(3).fill('token-rejected'), summary: { failed: 3 } });
    for (const finding of findingsIn(outcome)) {
      expect(finding).toMatchObject({
        outcome: 'failed',
        accessKeyId: expect.stringMatching(/^AKIA/),
        facts: { connection: 'acme', secret: ACME },
        message: expect.stringContaining(`put a new one into the secret ${ACME}`),
      });
    }
    expect(told(scene)).toEqual([]);
    scene.hours(1);
    await scene.sync();
    scene.hours(1);
    await scene.sync();
    const [message, ...more] = scene.account.sns.messages;
    expect(more).toEqual([]);
    expect(message?.subject).toBe('Keyturn: 3 keys: the host rejects the token of connection acme; nothing is broken');
    expect(message?.message).toContain(`aws secretsmanager put-secret-value --region eu-west-1 --secret-id ${ACME}`);
    expect(message?.message).toContain('Runbook: docs/operate/runbooks/token-rejected.md');
    for (const secret of scene.material) expect(JSON.stringify(message)).not.toContain(secret);
  });

  it('is found by every run while it lasts, and not any more when there is a new one', async () => {
    const scene = await deliveredKey();
    scene.toDay(90);
    await scene.rotate();
    scene.bitbucket.revoke(scene.token);
    for (let day = 90; day < 95; day += 1) {
      scene.toDay(day);
      expect((await scene.sync()).findings).toEqual(['token-rejected']);
      await expectLogin(scene);
    }
    expect(told(scene)).toHaveLength(4);
    const accessToken = scene.bitbucket.addAccessToken({
      workspace: 'acme',
      scopes: ['pipeline', 'pipeline:variable'],
    });
    scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', {
      SecretId: ACME,
      SecretString: JSON.stringify({ accessToken }),
    });
    expect((await scene.sync()).findings).toEqual([]);
    await expectSettled(scene);
  });

  it('because a scope is missing says so', async () => {
    const scene = await storedKey();
    const accessToken = scene.bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline'] });
    scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', {
      SecretId: ACME,
      SecretString: JSON.stringify({ accessToken }),
    });
    expect((await scene.sync({ keys: ['shop'] })).findings).toEqual(['token-rejected']);
    expect(told(scene).at(-1)).toContain('shop: a scope is missing in the token of connection acme;');
  });

  it('that is an OAuth consumer is found before anything is sent', async () => {
    const scene = await newScene();
    scene.secret('keyturn/connections/oauth', '{"clientId": "nobody", "clientSecret": "hunter2"}');
    scene.manage('shop', { connectionSecret: 'keyturn/connections/oauth' });
    await scene.rotate();
    const outcome = await scene.sync();
    expect(outcome.findings).toEqual(['token-rejected']);
    expect(findingsIn(outcome)[0]?.facts).toEqual({ connection: 'acme', secret: 'keyturn/connections/oauth' });
  });
});

describe('a token that ends', () => {
  it('is told two weeks before, once a day until it is replaced, while nothing is due', async () => {
    const scene = await deliveredKey();
    tagToken(scene, dateAt(40));
    const days: number[] = [];
    for (let day = 20; day < 45; day += 1) {
      for (const hour of [0, 1, 12]) {
        scene.clock.advanceTo(START + day * DAY + hour * HOUR);
        const { findings, thrown } = await scene.sync();
        expect(thrown).toBeUndefined();
        if (findings.length > 0) days.push(day);
        // 14 days before the midnight at which the date begins, three hours before the runs of the day.
        expect(findings).toEqual(day < 26 ? [] : ['token-expires']);
      }
    }
    expect([...new Set(days)][0]).toBe(26);
    expect(told(scene)).toHaveLength(19);
    expect(told(scene)[0]).toMatch(/^Keyturn: connection acme: the token ends on 2026-02-10; nothing is broken/);
    expect(told(scene).at(-1)).toMatch(/^Keyturn: connection acme: the token ended on 2026-02-10; nothing is broken/);
    tagToken(scene, dateAt(400));
    expect((await scene.sync()).findings).toEqual([]);
  });

  it('is the concern of runs of all keys only', async () => {
    const scene = await deliveredKey();
    tagToken(scene, dateAt(1));
    const changed = { source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated' };
    expect((await scene.sync({ keys: ['shop'] })).findings).toEqual([]);
    expect((await scene.sync({ ...changed, detail: { name: 'keyturn/shop' } })).findings).toEqual([]);
    expect((await scene.sync({ ...changed, detail: { name: ACME } })).findings).toEqual(['token-expires']);
    const outcome = await scene.sync();
    expect(outcome.findings).toEqual(['token-expires']);
    expect(findingsIn(outcome)[0]).toMatchObject({
      reason: 'token-expires',
      facts: { connection: 'acme', secret: ACME },
    });
  });

  it('of one connection does not silence that of another', async () => {
    const scene = await newScene();
    scene.manage('a');
    scene.secret('keyturn/connections/beta', JSON.stringify({ accessToken: scene.token }));
    scene.manage('b', { connectionSecret: 'keyturn/connections/beta' });
    tagToken(scene, dateAt(1));
    await scene.sync();
    expect(told(scene)).toHaveLength(1);
    tagToken(scene, dateAt(2), 'keyturn/connections/beta');
    scene.hours(1);
    await scene.sync();
    expect(told(scene)).toHaveLength(2);
    expect(scene.account.sns.messages.at(-1)?.message).toContain('keyturn/connections/beta');
    expect(scene.account.sns.messages.at(-1)?.message).not.toContain(ACME);
    scene.hours(1);
    await scene.sync();
    expect(told(scene)).toHaveLength(2);
  });

  it('on a day that nobody can read stops nothing, and the tag is not quoted (K6, K11)', async () => {
    const scene = await storedKey();
    tagToken(scene, scene.token);
    const outcome = await scene.sync();
    expect(outcome.findings).toEqual(['token-expires']);
    await expectSettled(scene);
    expect(JSON.stringify([outcome, scene.account.sns.messages])).not.toContain(scene.token);
  });

  it('of a connection that nobody uses is not told', async () => {
    const scene = await deliveredKey();
    scene.secret('keyturn/connections/old', '{}');
    tagToken(scene, dateAt(0), 'keyturn/connections/old');
    expect((await scene.sync()).findings).toEqual([]);
  });
});
