import type { ServerResponse } from 'node:http';
import { IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { createIam } from '../../functions/aws/iam';
import { quarantinedUsers } from '../../functions/aws/quarantine';
import { createRegistry } from '../../functions/aws/registry';
import { createSecrets } from '../../functions/aws/secrets';
import { createTrail } from '../../functions/aws/trail';
import { startHost } from '../hosts/http/scripted-host';
import { newScene } from '../support/dispose';

/** AWS in small: a host that answers one operation as its script says. */
async function scripted(
  handler: (parameters: Record<string, string>, response: ServerResponse) => void,
): Promise<void> {
  await newScene();
  process.env.AWS_ENDPOINT_URL = await startHost((request, response, body) => {
    const isJson = request.headers['content-type']?.includes('json') === true;
    handler(isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)), response);
  });
}

const xml = (response: ServerResponse, action: string, result: string) =>
  response
    .writeHead(200, { 'content-type': 'text/xml' })
    .end(
      `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${action}Result>${result}</${action}Result></${action}Response>`,
    );

describe('every list is read to its end', () => {
  it('secrets, of which a page holds 100', async () => {
    const scene = await newScene();
    for (let index = 0; index < 205; index += 1) scene.secret(`keyturn/key-${index}`, 'x');
    scene.secret('keyturn-other', 'x');
    const states = await createSecrets().list('keyturn/');
    expect(states.filter(({ name }) => name.startsWith('keyturn/key-'))).toHaveLength(205);
    expect(states.map(({ name }) => name)).not.toContain('keyturn-other');
    expect(scene.calls.filter(({ action }) => action === 'ListSecrets')).toHaveLength(3);
  });

  it('registry entries, of which a page holds 10', async () => {
    const scene = await newScene();
    for (let index = 0; index < 25; index += 1) scene.register(scene.entry(`key-${index}`));
    scene.parameter('zz-broken', '{');
    const { entries, invalid } = await createRegistry('/keyturn/keys/').list();
    expect(entries).toHaveLength(25);
    expect(invalid.map(({ id }) => id)).toEqual(['zz-broken']);
    expect(scene.calls.filter(({ action }) => action === 'GetParametersByPath')).toHaveLength(3);
  });

  it('registry entries, with when each of them was written last', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b']) scene.register(scene.entry(id));
    const first = new Date(scene.clock.now());
    scene.hours(5);
    scene.register(scene.entry('b', { user: 'ci-other' }));
    const { changedAt } = await createRegistry('/keyturn/keys/').list();
    expect(changedAt?.get('a')).toEqual(first);
    expect(changedAt?.get('b')).toEqual(new Date(scene.clock.now()));
  });

  it("a user's access keys", async () => {
    const asked: (string | undefined)[] = [];
    const member = (id: string) =>
      `<member><UserName>ci</UserName><AccessKeyId>${id}</AccessKeyId><Status>Active</Status><CreateDate>2026-01-01T00:00:00Z</CreateDate></member>`;
    await scripted(({ Marker }, response) => {
      asked.push(Marker);
      const more =
        Marker === undefined
          ? '<IsTruncated>true</IsTruncated><Marker>next</Marker>'
          : '<IsTruncated>false</IsTruncated>';
      xml(response, 'ListAccessKeys', `<AccessKeyMetadata>${member(Marker ?? 'first')}</AccessKeyMetadata>${more}`);
    });
    expect((await createIam().listAccessKeys('ci')).map(({ accessKeyId }) => accessKeyId)).toEqual(['first', 'next']);
    expect(asked).toEqual([undefined, 'next']);
  });

  it('the policies that somebody has, and the users who have those by which AWS puts them in quarantine', async () => {
    const asked: string[] = [];
    const arn = (name: string) => `arn:aws:iam::aws:policy/${name}`;
    const policy = (name: string) => `<member><PolicyName>${name}</PolicyName><Arn>${arn(name)}</Arn></member>`;
    const user = (name: string) => `<member><UserName>${name}</UserName><UserId>AIDA${name}</UserId></member>`;
    await scripted(({ Action = '', Marker, PolicyArn, ...more }, response) => {
      asked.push([Action, PolicyArn?.slice(-2), Marker, more.Scope, more.OnlyAttached, more.EntityFilter].join(' '));
      const end = Marker === undefined ? '<IsTruncated>true</IsTruncated><Marker>next</Marker>' : '';
      if (Action === 'ListPolicies') {
        const names = Marker === undefined ? ['ReadOnly', 'NotAWSCompromisedKeyQuarantine'] : ['', 'V9'];
        const members = names.map((name) => policy(Marker === undefined ? name : `AWSCompromisedKeyQuarantine${name}`));
        xml(response, Action, `<Policies>${members.join('')}</Policies>${end}`);
      } else {
        xml(response, Action, `<PolicyUsers>${user(Marker ?? 'first')}</PolicyUsers>${end}`);
      }
    });
    const policies = [arn('AWSCompromisedKeyQuarantine'), arn('AWSCompromisedKeyQuarantineV9')];
    expect(await createIam().quarantinedUsers()).toEqual({
      users: [
        { user: 'first', policies },
        { user: 'next', policies },
      ],
    });
    expect(asked).toEqual([
      'ListPolicies   AWS true ',
      'ListPolicies  next AWS true ',
      'ListEntitiesForPolicy ne    User',
      'ListEntitiesForPolicy ne next   User',
      'ListEntitiesForPolicy V9    User',
      'ListEntitiesForPolicy V9 next   User',
    ]);
  });

  it('whom AWS has put in quarantine is read for a while, and what was seen until then stands (K11)', async () => {
    const policy = 'AWSCompromisedKeyQuarantine';
    await scripted(({ Action = '', Marker }, response) => {
      if (Action === 'ListPolicies') {
        const member = `<member><PolicyName>${policy}</PolicyName><Arn>arn:aws:iam::aws:policy/${policy}</Arn></member>`;
        xml(response, Action, `<Policies>${member}</Policies>`);
      } else if (Marker === undefined) {
        const users = '<PolicyUsers><member><UserName>first</UserName></member></PolicyUsers>';
        xml(response, Action, `${users}<IsTruncated>true</IsTruncated><Marker>next</Marker>`);
      }
      // The second page never comes.
    });
    const client = new IAMClient({ region: 'us-east-1' });
    expect(await quarantinedUsers(client, 500)).toMatchObject({
      users: [{ user: 'first' }],
      failed: { code: 'aws-uncertain' },
    });
    client.destroy();
  });

  it("a secret's versions, the unlabelled ones too", async () => {
    const asked: unknown[] = [];
    await scripted((input, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      if (!('IncludeDeprecated' in input)) {
        response.end(JSON.stringify({ ARN: 'arn', Name: 'keyturn/shop', CreatedDate: 1_767_225_600 }));
        return;
      }
      asked.push(input);
      const page =
        input.NextToken === undefined
          ? { Versions: [{ VersionId: 'a' }], NextToken: '2' }
          : { Versions: [{ VersionId: 'b', VersionStages: ['AWSCURRENT'] }] };
      response.end(JSON.stringify(page));
    });
    const { versions } = await createSecrets().describeWithUnlabelled('keyturn/shop');
    expect(versions).toEqual([
      { versionId: 'a', labels: [] },
      { versionId: 'b', labels: ['AWSCURRENT'] },
    ]);
    expect(asked).toMatchObject([{ IncludeDeprecated: true, MaxResults: 100 }, { NextToken: '2' }]);
  });
});

describe('what CloudTrail has of a key that is used without end', () => {
  it('is read for six pages a region, and told as not all', async () => {
    const asked: unknown[] = [];
    const CloudTrailEvent = JSON.stringify({
      eventTime: '2026-04-10T03:00:00Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'ListBuckets',
    });
    await scripted((input, response) => {
      asked.push(input.NextToken);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(
        JSON.stringify({ Events: [{ CloudTrailEvent }, { CloudTrailEvent: '{}' }], NextToken: `${asked.length}` }),
      );
    });
    const began = performance.now();
    const seen = await createTrail('us-east-1').usesSince('AKIAIOSFODNN7EXAMPLE', new Date(0), 'us-east-1');
    expect(seen).toMatchObject([{ is: 'seen', region: 'us-east-1', isWhole: false, unread: 6, uses: { length: 6 } }]);
    // Two requests a second are allowed.
    expect(performance.now() - began).toBeGreaterThan(2_400);
    expect(asked).toEqual([undefined, '1', '2', '3', '4', '5']);
  });
});

describe('an answer that lacks something', () => {
  it('is never read as "never used" (K3)', async () => {
    await scripted((_parameters, response) => xml(response, 'GetAccessKeyLastUsed', '<UserName>ci</UserName>'));
    await expect(createIam().accessKeyLastUsed('AKIA')).rejects.toMatchObject({ code: 'aws-uncertain' });
  });

  it('is no key', async () => {
    const half = '<AccessKey><UserName>ci</UserName><AccessKeyId>AKIA</AccessKeyId><Status>Active</Status></AccessKey>';
    await scripted((_parameters, response) => xml(response, 'CreateAccessKey', half));
    await expect(createIam().createAccessKey('ci')).rejects.toMatchObject({ code: 'aws-uncertain' });
  });

  it('with the words for "not applicable" is a key that was never used', async () => {
    const scene = await newScene();
    scene.addUser('ci');
    const { AccessKeyId } = scene.createKey('ci');
    expect(await createIam().accessKeyLastUsed(AccessKeyId)).toEqual({ at: undefined });
  });
});
