import { afterEach, describe, expect, it } from 'vitest';
import { targetSchema } from '../../../functions/core/hosts/target';
import { DataCenterScene, DOCUMENT, KEY, NEEDED, NODES, ONE, TWO } from './nodes';

let scene: DataCenterScene;
afterEach(() => scene.close());

/** Rotated and delivered at the scene's start, and rotated once more on day 90. @returns the key before */
async function rotatedAgain(): Promise<string> {
  scene = await DataCenterScene.open();
  await scene.rotate();
  await scene.sync();
  expect(scene.isDelivered(KEY)).toBe(true);
  const first = scene.currentKey(KEY) ?? '';
  scene.toDay(90);
  await scene.rotate();
  return first;
}

/** What a person sends. */
function sendByHand(node: string, parameters = {}, more: object = { InstanceIds: [node] }) {
  const SecretArn = scene.account.secretsManager.describeSecret({ SecretId: `keyturn/${KEY}` }).ARN;
  const version = scene.current(KEY) ?? '';
  const id = scene.currentKey(KEY) ?? '';
  const Parameters = { SecretArn: [SecretArn], VersionId: [version], AccessKeyId: [id], ...parameters };
  return scene.account.runCommand.sendCommand({ DocumentName: DOCUMENT, Parameters, ...more });
}

/** Shown to an administrator, and done. @returns what was shown */
async function asked(what: 'rotate' | 'rollback' | 'deliver', id = ''): Promise<readonly string[]> {
  const document = {
    schema: 'keyturn.request/v1',
    id: `${what}-the-key-of-nodes${id}`,
    do: what,
    keys: [KEY],
    why: 'a trial',
  };
  const { answer } = await scene.ask(document, { level: 'administrator' });
  const done = await scene.ask({ ...document, plan: answer?.plan?.digest }, { level: 'administrator' });
  expect([done.answer?.outcome, done.answer?.refused]).toEqual(['done', undefined]);
  return answer?.plan?.words ?? [];
}

/** How often each node was restarted for the version that is current. */
function restartsForCurrent(): Record<string, number> {
  const version = scene.current(KEY);
  const all = scene.nodes.outages.filter(({ versionId }) => versionId === version).map(({ node }) => node);
  return Object.fromEntries(NODES.map((node) => [node, all.filter((one) => one === node).length]));
}

describe('nodes of a Data Center', () => {
  it('are restarted one by one, and the key is delivered when both have confirmed (K3)', async () => {
    scene = await DataCenterScene.open();
    await scene.rotate();

    const { audits } = await scene.sync();

    expect(scene.restarted).toEqual([ONE, TWO]);
    expect(scene.mostDown).toBe(1);
    expect(scene.isDelivered(KEY)).toBe(true);
    for (const node of NODES) {
      expect(scene.keyAt(node)).toBe(scene.currentKey(KEY));
      expect(await scene.loginOf(node)).toContain(':user/ci-backup');
    }
    const delivered = audits.find(({ event }) => event === 'target-delivered');
    expect(delivered?.target).toBe(`data center ${ONE} ${TWO} by restart-bitbucket`);
    expect(JSON.stringify(delivered?.facts)).toMatch(/restarted i-0a+ at 2026-01-01T\S+ by command [0-9a-f-]{36}/);
  });

  it('are told the ARN, the version and the ID of the key, and never its secret (K6)', async () => {
    scene = await DataCenterScene.open();
    await scene.rotate();
    await scene.sync();

    const sent = scene.account.runCommand.listCommands({}).Commands;
    expect(sent).toHaveLength(2);
    for (const { Parameters, InstanceIds } of sent) {
      expect(InstanceIds).toHaveLength(1);
      expect(Parameters).toEqual({
        SecretArn: [scene.account.secretsManager.describeSecret({ SecretId: `keyturn/${KEY}` }).ARN],
        VersionId: [scene.current(KEY)],
        AccessKeyId: [scene.currentKey(KEY)],
      });
    }
    for (const secret of scene.material) expect(JSON.stringify(sent)).not.toContain(secret);
  });

  it('that take longer than one run are gone on with by the next ones; nobody is told of a fault (K9)', async () => {
    await rotatedAgain();
    scene.nodes.startsIn = 9 * 60_000;

    const first = await scene.sync();

    expect(first.findings).toEqual([]);
    expect(first.summary.failed).toBe(0);
    const begun = first.audits.find(({ event }) => event === 'target-begun');
    expect(begun?.message).toMatch(/restarting now: i-0a+ \([0-9a-f-]{36}: In Progress\)/);
    expect(scene.isDelivered(KEY)).toBe(false);
    scene.hours(1);
    await scene.sync();
    expect(scene.isDelivered(KEY)).toBe(false);
    scene.hours(1);
    await scene.sync();
    expect(scene.isDelivered(KEY)).toBe(true);
    expect(restartsForCurrent()).toEqual({ [ONE]: 1, [TWO]: 1 });
    expect(scene.mostDown).toBe(1);
  });

  it.each([
    ['unwell', /did not restart well \(Failed\), so no other node is touched/],
    ['offline', /did not restart well \(Delivery Timed Out\)/],
    ['gone', /did not restart well \(Undeliverable\)/],
    ['hangs', /did not restart well \(Execution Timed Out\)/],
  ] as const)('stop where one is %s, which is told and tried again later (K3, K8)', async (trouble, says) => {
    const before = await rotatedAgain();
    scene.nodes.node(ONE).trouble = trouble;
    await scene.sync();
    scene.hours(0.5);

    const { findings, audits } = await scene.sync();

    expect(findings).toEqual(['delivery-failed']);
    const failed = audits.find(({ event }) => event === 'target-failed');
    expect(failed?.message).toMatch(says);
    expect(failed?.message).toContain(`aws ssm get-command-invocation --command-id `);
    expect(scene.keyAt(TWO)).toBe(before);
    expect(await scene.loginOf(TWO)).toContain(':user/ci-backup');
    expect(
      scene.nodes.outages.filter(({ node, versionId }) => node === TWO && versionId === scene.current(KEY)),
    ).toEqual([]);

    // Nothing is sent before its time, and then to the same node.
    const sent = scene.sent();
    scene.hours(0.1);
    await scene.sync();
    expect(scene.sent()).toBe(sent);
    scene.nodes.node(ONE).trouble = undefined;
    for (let hour = 0; hour < 4 && !scene.isDelivered(KEY); hour += 1) {
      scene.hours(1);
      await scene.sync();
    }
    expect(scene.isDelivered(KEY)).toBe(true);
    expect(scene.keyAt(TWO)).toBe(scene.currentKey(KEY));
    expect(scene.mostDown).toBe(1);
  });

  it('a node whose role may not read the secret does not start, and the other one goes on with the old key', async () => {
    const before = await rotatedAgain();
    const policy = { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' };
    const opened = scene.account.secretsManager.getResourcePolicy({ SecretId: `keyturn/${KEY}` }).ResourcePolicy ?? '';
    scene.onCall = ({ action }) => {
      if (action !== 'SendCommand') return;
      const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [policy] });
      scene.account.secretsManager.putResourcePolicy({ SecretId: `keyturn/${KEY}`, ResourcePolicy });
    };
    await scene.sync();
    scene.onCall = undefined;
    scene.account.secretsManager.putResourcePolicy({ SecretId: `keyturn/${KEY}`, ResourcePolicy: opened });

    expect(scene.isDelivered(KEY)).toBe(false);
    expect(scene.keyAt(TWO)).toBe(before);
    expect(await scene.loginOf(TWO)).toContain(':user/ci-backup');
  });

  it('K3: the old key stays Active while one node has not confirmed, and both nodes log in all the time', async () => {
    const before = await rotatedAgain();
    scene.nodes.node(TWO).trouble = 'offline';
    for (const day of [90, 91, 95, 99, 101, 103]) {
      scene.toDay(day);
      scene.hours(1);
      await scene.sync();
      const { findings } = await scene.deactivate();
      if (day > 100) expect(findings).toContain('undelivered');
      for (const node of NODES) expect(await scene.loginOf(node)).toContain(':user/ci-backup');
    }
    expect(scene.keyAt(TWO)).toBe(before);
    expect(scene.keys('ci-backup').map(({ Status }) => Status)).toEqual(['Active', 'Active']);

    scene.nodes.node(TWO).trouble = undefined;
    for (const day of [104, 105, 106, 108, 114, 116]) {
      scene.toDay(day);
      await scene.sync();
      await scene.deactivate();
      for (const node of NODES) expect(await scene.loginOf(node)).toContain(':user/ci-backup');
    }
    expect(scene.keys('ci-backup').find(({ AccessKeyId }) => AccessKeyId === before)?.Status).toBe('Inactive');
    expect(restartsForCurrent()).toMatchObject({ [ONE]: 1 });
    expect(scene.mostDown).toBe(1);
  });

  it('what another key restarts holds back this one, and a node that is down for it too', async () => {
    await rotatedAgain();
    const other = { SecretArn: ['arn:other'], VersionId: ['x'] };
    scene.nodes.node(TWO).trouble = 'hangs';
    sendByHand(TWO, other);
    expect((await scene.sync()).audits.map(({ event }) => event)).toContain('target-begun');
    expect(restartsForCurrent()).toEqual({ [ONE]: 0, [TWO]: 0 });

    scene.nodes.node(TWO).trouble = undefined;
    scene.hours(1);
    await scene.sync();
    expect(scene.isDelivered(KEY)).toBe(true);
    // The one that was down comes first.
    expect(scene.restarted.slice(-2)).toEqual([TWO, ONE]);
    expect(scene.mostDown).toBe(1);
  });

  it('what is at work on a node of the same cluster that is not of this target holds it back too', async () => {
    await rotatedAgain();
    const third = 'i-0cccccccccccccccc';
    scene.addNode(third);
    scene.nodes.startsIn = 300_000;
    sendByHand(third, { VersionId: ['x'] });
    const { audits } = await scene.sync();
    const begun = audits.find(({ event }) => event === 'target-begun');
    expect(begun?.message).toContain(third);
    scene.nodes.startsIn = 25_000;
    expect(restartsForCurrent()).toEqual({ [ONE]: 0, [TWO]: 0 });
    scene.hours(1);
    await scene.sync();
    expect(scene.isDelivered(KEY)).toBe(true);
    expect(scene.nodes.mostDown([...NODES, third])).toBe(1);
  });

  it('a person who has repaired a node restarts it by the same document, and the rest goes on', async () => {
    await rotatedAgain();
    scene.nodes.node(ONE).trouble = 'unwell';
    await scene.sync();
    scene.hours(0.5);
    scene.nodes.node(ONE).trouble = undefined;
    sendByHand(ONE);
    scene.hours(0.1);
    await scene.sync();
    expect(scene.isDelivered(KEY)).toBe(true);
    expect(scene.keyAt(TWO)).toBe(scene.currentKey(KEY));
  });

  it('after a rollback both start once more, with the key before', async () => {
    const before = await rotatedAgain();
    await scene.sync();
    const [old = ''] = Object.keys(scene.labels(KEY)).filter((version) => version.includes(before));
    const now = scene.current(KEY) ?? '';
    const moved = {
      SecretId: `keyturn/${KEY}`,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: old,
      RemoveFromVersionId: now,
    };
    scene.account.invoke(scene.admin, 'secretsmanager', 'UpdateSecretVersionStage', moved);
    for (let hour = 0; hour < 3; hour += 1) {
      scene.hours(1);
      await scene.sync();
    }
    expect(scene.restarted).toEqual([ONE, TWO, ONE, TWO, ONE, TWO]);
    expect(scene.isDelivered(KEY)).toBe(true);
    for (const node of NODES) expect(scene.keyAt(node)).toBe(before);
  });

  it.each([
    ['which Systems Manager remembers', 2],
    ['which it has forgotten', 90],
  ])(
    'that started by themselves with a key that is taken back are restarted for the one before it, %s (K1)',
    async (_what, day) => {
      scene = await DataCenterScene.open();
      await scene.rotate();
      await scene.sync();
      const first = scene.currentKey(KEY);
      scene.toDay(day);
      await asked('rotate');
      await scene.rotate({ look: [KEY] });
      scene.nodes.node(TWO).start();
      expect(scene.keyAt(TWO)).toBe(scene.currentKey(KEY));
      expect(scene.keyAt(TWO)).not.toBe(first);

      scene.hours(1);
      await asked('rollback');
      await scene.rotate({ look: [KEY] });
      await scene.sync({ look: [KEY] });
      scene.hours(1);
      await scene.sync();

      expect(scene.currentKey(KEY)).toBe(first);
      expect(NODES.map((node) => scene.keyAt(node))).toEqual([first, first]);
      expect(scene.isDelivered(KEY)).toBe(true);
    },
  );
});

describe('commands that somebody else sends', () => {
  const byTag = (node: string) => ({ Targets: [{ Key: 'tag:Name', Values: [node] }] });

  /** What Keyturn has sent itself for the current version. */
  const ownNodes = () => {
    const { Commands } = scene.account.runCommand.listCommands({});
    const own = Commands.filter(({ Comment, Parameters }) => {
      return Comment.startsWith('Keyturn') && Parameters.VersionId?.[0] === scene.current(KEY);
    });
    return own.flatMap(({ InstanceIds }) => InstanceIds).reverse();
  };

  it.each([
    ['other parameters', { Service: ['another'] }, undefined],
    ['a parameter that has its default', { Service: ['atlbitbucket'] }, undefined],
    ['a parameter twice', { AccessKeyId: ['AKIA0000000000000001', 'AKIA0000000000000002'] }, undefined],
    ['the ID of another key', { AccessKeyId: ['AKIA0000000000000001'] }, undefined],
    ['another version of the document', {}, { InstanceIds: [ONE], DocumentVersion: '1' }],
    ['the same for a node by its tag, and other parameters', { Service: ['another'] }, byTag(ONE)],
  ])('confirm nothing with %s (K3)', async (_what, parameters, more) => {
    await rotatedAgain();
    scene.clock.advanceBy(1_000);
    sendByHand(ONE, parameters, more);
    scene.hours(0.1);
    await scene.sync();
    expect(ownNodes()).toEqual([ONE, TWO]);
    expect(scene.isDelivered(KEY)).toBe(true);
    expect(scene.mostDown).toBe(1);
  });

  it.each([
    ['its ID', undefined],
    ['its tag', byTag(ONE)],
    ['its ID among targets', { Targets: [{ Key: 'InstanceIds', Values: [ONE] }] }],
  ])('confirm what Keyturn would have sent, to a node by %s', async (_what, more) => {
    await rotatedAgain();
    scene.clock.advanceBy(1_000);
    sendByHand(ONE, {}, more);
    scene.hours(0.1);
    await scene.sync();
    expect(ownNodes()).toEqual([TWO]);
    expect(scene.isDelivered(KEY)).toBe(true);
  });

  it.each([
    ['as Keyturn sends it', {}],
    ['with other settings', { Service: ['atlbitbucket'] }],
  ])(
    'confirm nothing before the version is stored, whose ID anybody knows who sees the key, %s: the node has read the one before (K1)',
    async (_how, more) => {
      scene = await DataCenterScene.open();
      await scene.rotate();
      await scene.sync();
      const first = scene.currentKey(KEY);
      scene.toDay(90);
      let isSent = false;
      scene.onCall = ({ action }) => {
        const made = scene.keys('ci-backup').find(({ AccessKeyId }) => AccessKeyId !== first);
        if (action !== 'GetCallerIdentity' || made === undefined || isSent) return;
        isSent = true;
        const version = `access-key-${made.AccessKeyId}-${made.CreateDate.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
        for (const node of NODES) sendByHand(node, { VersionId: [version], AccessKeyId: [made.AccessKeyId], ...more });
        scene.clock.advanceBy(3_000);
        for (const node of NODES) scene.keyAt(node);
      };
      await scene.rotate();
      scene.onCall = undefined;
      expect([isSent, NODES.map((node) => scene.keyAt(node))]).toEqual([true, [first, first]]);
      scene.hours(0.1);
      // A document that cannot be asked to restart a node for what it has been restarted for confirms nothing.
      scene.account.runCommand.addDocument(DOCUMENT, { parameters: NEEDED, needed: NEEDED });
      const { audits } = await scene.sync();
      const failed = audits.find(({ event }) => event === 'target-failed');
      expect(failed).toMatchObject({ code: 'host-rejected', message: expect.stringContaining('parameter AskedAt') });
      expect(scene.isDelivered(KEY)).toBe(false);
      scene.account.runCommand.addDocument(DOCUMENT, { parameters: [...NEEDED, 'AskedAt'], needed: NEEDED });
      scene.hours(1);
      await scene.sync();
      expect(scene.isDelivered(KEY)).toBe(true);
      expect(NODES.map((node) => scene.keyAt(node))).toEqual([scene.currentKey(KEY), scene.currentKey(KEY)]);
    },
  );

  it('say nothing of a node that is down with other settings, and no other one is touched (K1)', async () => {
    await rotatedAgain();
    scene.nodes.node(TWO).trouble = 'unwell';
    sendByHand(TWO);
    scene.hours(0.5);
    sendByHand(TWO, { Service: ['another'] });
    scene.hours(0.1);
    const { findings } = await scene.sync();
    expect([findings, ownNodes(), scene.mostDown]).toEqual([['delivery-failed'], [], 1]);
  });

  it('tell of a node that is down, by its tag too, and are waited for', async () => {
    await rotatedAgain();
    scene.nodes.node(TWO).trouble = 'unwell';
    const { Command } = sendByHand(TWO, {}, byTag(TWO));
    expect((await scene.sync()).audits.map(({ event }) => event)).toContain('target-begun');
    scene.hours(0.2);
    const { audits } = await scene.sync();
    expect(audits.find(({ event }) => event === 'target-failed')?.message).toContain(Command.CommandId);
    expect(ownNodes()).toEqual([]);
  });

  it('a list that shows nothing as it was sent ends the run, and no command is sent again and again', async () => {
    await rotatedAgain();
    scene.account.runCommand.addDocument(DOCUMENT, { parameters: [...NEEDED, 'Service'], needed: NEEDED });
    const { sendCommand } = scene.account.runCommand;
    scene.account.runCommand.sendCommand = function (input) {
      return sendCommand.call(this, { ...input, DocumentVersion: '7' });
    };
    const { audits } = await scene.sync();
    expect(audits.find(({ event }) => event === 'target-failed')?.code).toBe('host-answer-invalid');
    expect(scene.sent()).toBeLessThan(9);
    expect(scene.isDelivered(KEY)).toBe(false);
  });
});

describe('keyturn deliver', () => {
  it('starts every node once more, one by one, although each has confirmed, as it writes every other target (K14)', async () => {
    await rotatedAgain();
    await scene.sync();
    const before = scene.restarted.length;
    // Somebody knows that what a node has in its memory is not what it confirmed.
    expect(await asked('deliver')).toContainEqual(expect.stringMatching(/start one by one: all of them once more/));
    await scene.sync({ look: [KEY] });
    expect(scene.restarted.slice(before)).toEqual([ONE, TWO]);
    expect(restartsForCurrent()).toEqual({ [ONE]: 2, [TWO]: 2 });
    expect(scene.mostDown).toBe(1);
    expect(scene.isDelivered(KEY)).toBe(true);

    // That is over, for the hourly runs and for looks.
    for (const hour of [1, 2, 30]) {
      scene.hours(hour);
      expect((await scene.sync()).findings).toEqual([]);
    }
    expect(scene.restarted).toHaveLength(before + 2);
    await asked('deliver', '-again');
    await scene.sync({ look: [KEY] });
    expect(scene.restarted.slice(before)).toEqual([ONE, TWO, ONE, TWO]);
  });

  it('does so over several runs, each node once, and after what Systems Manager has forgotten (K9)', async () => {
    await rotatedAgain();
    await scene.sync();
    scene.toDay(130);
    const before = scene.restarted.length;
    await asked('deliver');
    scene.nodes.startsIn = 9 * 60_000;
    for (let hour = 0; hour < 4; hour += 1) {
      await scene.sync();
      scene.hours(1);
    }
    expect(scene.restarted.slice(before)).toEqual([ONE, TWO]);
    expect(scene.isDelivered(KEY)).toBe(true);
  });

  it('goes on where not every node has confirmed yet, and restarts none that has', async () => {
    await rotatedAgain();
    scene.nodes.startsIn = 7 * 60_000;
    await scene.sync();
    await asked('deliver');
    scene.hours(0.2);
    await scene.sync({ look: [KEY] });
    expect(restartsForCurrent()).toEqual({ [ONE]: 1, [TWO]: 1 });
    expect(scene.isDelivered(KEY)).toBe(true);
  });

  it.each([
    ['each has confirmed', [], []],
    ['one was restarted for another version since, which starts again', [ONE], [ONE]],
  ] as const)(
    'is refused with the reason where the document does not take it, and the key goes on: %s (K8, K14)',
    async (_what, astray, starts) => {
      const first = await rotatedAgain();
      await scene.sync();
      const older = Object.keys(scene.labels(KEY)).find((version) => version.includes(first)) ?? '';
      for (const node of astray) sendByHand(node, { VersionId: [older], AccessKeyId: [first] });
      scene.hours(0.1);
      const before = scene.restarted.length;
      scene.account.runCommand.addDocument(DOCUMENT, { parameters: NEEDED, needed: NEEDED });
      await asked('deliver');

      const { audits } = await scene.sync({ look: [KEY] });

      expect(scene.restarted.slice(before)).toEqual(starts);
      expect(scene.isDelivered(KEY)).toBe(true);
      const told = audits.filter(({ event }) => event === 'finding');
      expect(told.map(({ reason }) => reason)).toEqual(['request-refused']);
      expect(told[0]?.message).toMatch(/No node .* AskedAt.*docs\/start\/datacenter.md/s);
      const delivered = audits.find(({ event }) => event === 'target-delivered');
      expect(delivered?.facts?.notAgain).toContain('AskedAt');

      scene.hours(1);
      expect((await scene.sync()).findings).toEqual([]);
      scene.toDay(101);
      await scene.sync();
      await scene.deactivate();
      expect(scene.keys('ci-backup').find(({ AccessKeyId }) => AccessKeyId === first)?.Status).toBe('Inactive');
      const second = scene.currentKey(KEY);
      scene.toDay(180);
      await scene.delete();
      await scene.rotate();
      expect(scene.currentKey(KEY)).not.toBe(second);
      // With a document that takes it, it is done.
      scene.account.runCommand.addDocument(DOCUMENT, { parameters: [...NEEDED, 'AskedAt'], needed: NEEDED });
      await scene.sync();
      const sent = scene.restarted.length;
      await asked('deliver', '-again');
      await scene.sync({ look: [KEY] });
      expect(scene.restarted.slice(sent)).toEqual([ONE, TWO]);
    },
  );
});

describe('what Systems Manager has forgotten', () => {
  it('restarts nothing: looks find nothing to compare, and say so (K13)', async () => {
    await rotatedAgain();
    await scene.sync();
    const sent = scene.sent();
    const looks: unknown[] = [];
    for (const day of [91, 92, 118, 119, 121, 122, 139]) {
      scene.toDay(day);
      const { audits, findings } = await scene.sync();
      expect(findings).toEqual([]);
      looks.push(...audits.filter(({ event }) => event === 'check-recorded').map(({ facts }) => facts));
    }
    expect(scene.sent()).toBe(sent);
    const name = `data center ${ONE} ${TWO} by restart-bitbucket`;
    expect(looks.at(0)).toMatchObject({ seen: [name], nothingToCompare: [] });
    expect(looks.at(-1)).toMatchObject({ seen: [], nothingToCompare: [name] });
  });

  it('restarts nothing either when the key is delivered again for another target, or another one drifts', async () => {
    await rotatedAgain();
    await scene.sync();
    scene.toDay(91);
    await scene.sync();
    scene.toDay(130);
    const before = scene.restarted.length;
    const other = {
      type: 'bitbucket-deployment',
      connection: 'acme',
      repository: `acme/${KEY}`,
      environment: 'Production',
    };
    scene.deliverTo(NODES, [targetSchema.parse(other)]);

    const { audits } = await scene.sync();

    expect(scene.restarted).toHaveLength(before);
    expect(scene.isDelivered(KEY)).toBe(true);
    expect(scene.held(KEY).accessKeyId).toBe(scene.currentKey(KEY));
    expect(JSON.stringify(audits)).toContain(`${ONE} confirmed it more than 30 days ago`);

    // Somebody edits the variable of the other target: it is written again, and no node is touched.
    const [{ uuid: environment = '' } = {}] = scene.bitbucket.environments({ workspace: 'acme', repository: KEY });
    const place = { level: 'deployment', workspace: 'acme', repository: KEY, environment } as const;
    const [variable] = scene.bitbucket.variables(place).filter(({ key }) => key === 'AWS_ACCESS_KEY_ID');
    scene.bitbucket.removeVariable(place, variable?.uuid ?? '');
    scene.toDay(132);
    expect((await scene.sync()).findings).toEqual(['drifted']);
    expect(scene.isDelivered(KEY)).toBe(true);
    expect(scene.restarted).toHaveLength(before);
  });

  it('a node that is added is restarted, and those that have confirmed are not', async () => {
    await rotatedAgain();
    await scene.sync();
    scene.toDay(91);
    const third = 'i-0cccccccccccccccc';
    scene.addNode(third);
    scene.deliverTo([...NODES, third]);
    await scene.sync();
    // What is remembered needs no restart.
    expect(scene.restarted.slice(-1)).toEqual([third]);
    expect(scene.isDelivered(KEY)).toBe(true);
  });
});

it('two keys of one run that have the same nodes, in another order, take one node down at a time (K1)', async () => {
  scene = await DataCenterScene.open();
  scene.manage('other');
  const target = targetSchema.parse({ type: 'data-center', document: DOCUMENT, nodes: [TWO, ONE] });
  scene.register({ ...scene.entry('other'), targets: [target] });
  await scene.rotate();
  const { audits } = await scene.sync();
  // The second one does not wait for the next hour.
  expect(audits.filter(({ event }) => event === 'target-begun')).toEqual([]);
  expect(scene.isDelivered(KEY) && scene.isDelivered('other')).toBe(true);
  expect(scene.mostDown).toBe(1);
});
