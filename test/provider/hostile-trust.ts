import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { refused, stillServes } from './hostile-requests';
import { AUDIENCE, ENVIRONMENT, ISSUER, OTHER, REPOSITORY, WORKSPACE } from './issuer';
import { DATABASE, RULES, type Served } from './served';

/** Whose tokens a provider takes, and who stands between it and a runner: each case at a provider that is served. */
export function hostileTrust(serving: () => Served): void {
  let served: Served;
  beforeAll(() => {
    served = serving();
  });

  describe('a provider with an audience of its own', () => {
    const OWN = 'shop-secrets';
    beforeAll(async () => {
      served.audience = OWN;
      await served.serve();
    });
    afterAll(async () => {
      served.audience = AUDIENCE;
      await served.serve();
    });

    it.each<[string, string, Record<string, unknown>]>([
      ["for the workspace's usual audience, with which roles can be taken", 'audience', { aud: AUDIENCE }],
      ['for both', 'audience', { aud: [OWN, AUDIENCE] }],
      ['for both, the other way round', 'audience', { aud: [AUDIENCE, OWN] }],
      ['for its audience in capitals', 'audience', { aud: OWN.toUpperCase() }],
      ['for an audience that begins so', 'audience', { aud: `${OWN}/` }],
      ['of a foreign workspace, which asked for our audience', 'workspace', { workspaceUuid: OTHER }],
      [
        'of a foreign workspace, from its own issuer',
        'issuer',
        { workspaceUuid: OTHER, iss: ISSUER.replace('acme', 'evil') },
      ],
    ])('refuses a token %s', (_name, reason, more) => refused(served.good(more), 401, reason));

    it('takes one for that alone', stillServes);
  });

  describe('who comes after somebody, and has his name', () => {
    /** The local Bitbucket's repositories, environments and step tokens, by its own issuer. */
    let bitbucket: Served['world']['hosts']['bitbucket'];
    let environment = '';
    const token = () => {
      served.world.clock.advanceTo(Math.max(served.now, served.world.clock.now()));
      return bitbucket.stepToken('acme', 'web-shop', { environment: 'Production' });
    };
    const statusOf = async (one: string) => (await served.ask(one)).status;

    beforeAll(async () => {
      ({ bitbucket } = served.world.hosts);
      const acme = bitbucket.addWorkspace('acme').uuid;
      const { uuid: repositoryUuid } = bitbucket.addRepository('acme', 'web-shop');
      environment = bitbucket.addEnvironment('acme', 'web-shop', 'Production').uuid;
      served.workspaceUuid = acme;
      served.audience = `ari:cloud:bitbucket::workspace/${acme.slice(1, -1)}`;
      served.issuer.answer = (_request, response) =>
        response.end(JSON.stringify(bitbucket.oidcKeys({ workspace: 'acme' })));
      await served.serve([{ ...RULES[0], repositoryUuid, environmentUuids: [environment] }]);
    });
    afterAll(async () => {
      served.workspaceUuid = WORKSPACE;
      served.audience = AUDIENCE;
      served.issuer.answer = (_request, response) => served.issuer.list(response);
      await served.serve();
    });

    it('gets nothing by the slug of a repository, nor of a workspace, which both have other UUIDs now', async () => {
      expect(await statusOf(token())).toBe(200);
      bitbucket.removeRepository('acme', 'web-shop');
      const stranger = bitbucket.addRepository('acme', 'web-shop').uuid;
      bitbucket.addEnvironment('acme', 'web-shop', 'Production');
      expect(await statusOf(token())).toBe(403);
      const decided = (await served.recorded()).filter(({ facts }) => facts?.repository === stranger);
      expect(decided).toMatchObject([{ event: 'secrets-refused', reason: 'no-rule' }]);
      // The same issuer by its name, with keys of the same host: the audience and the claim have the other UUID.
      bitbucket.removeWorkspace('acme');
      bitbucket.addWorkspace('acme');
      bitbucket.addRepository('acme', 'web-shop');
      bitbucket.addEnvironment('acme', 'web-shop', 'Production');
      expect([await statusOf(token()), served.reason]).toEqual([401, 'audience']);
      served.world.clock.advanceTo(Math.max(served.now, served.world.clock.now()));
      const asking = bitbucket.stepToken('acme', 'web-shop', {
        environment: 'Production',
        audiences: [served.audience],
      });
      expect([await statusOf(asking), served.reason]).toEqual([401, 'workspace']);
    });
  });

  describe('a pull request', () => {
    it.each<[string, Record<string, unknown>]>([
      ['into main, from another branch', { branchName: 'fix' }],
      ['from the main of a fork, which is another repository', { repositoryUuid: OTHER }],
      ['under a name of its own', { branchName: 'pull-requests/1' }],
      ['under both names', { branchName: 'fix:main' }],
    ])('%s is not the branch', (_name, more) => refused(served.good(more), 403, 'no-rule'));

    it('from main is the branch: its token says the source, and nothing of where it goes', async () => {
      const answer = await served.ask(served.good({ branchName: 'main', pullRequestDestinationBranch: 'release' }));
      expect(answer.status).toBe(200);
    });
  });

  it('gives a token that two show within seconds to both, and each is in the record', async () => {
    const token = served.good({ repositoryUuid: REPOSITORY, deploymentEnvironmentUuid: ENVIRONMENT });
    const [, payload = ''] = token.split('.');
    const { stepUuid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { stepUuid: string };
    const answers = await Promise.all([served.ask(token), served.ask(token)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const events = (await served.recorded()).filter(({ facts }) => facts?.step === stepUuid);
    expect(events.map(({ event }) => event)).toEqual(['secrets-given', 'secrets-given']);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it('leaves nothing in a cache between, that keeps what Cache-Control lets it, whoever asks', async () => {
    const cache = await caching(() => served.url);
    const ask = (token?: string) =>
      fetch(cache.url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(401);
    const answer = await ask(served.good());
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(DATABASE)]);
    for (const token of [undefined, served.good({ branchName: 'develop' }), 'x']) {
      const other = await ask(token);
      expect([401, 403]).toContain(other.status);
      expect(await other.text()).not.toContain(DATABASE);
    }
    expect(cache.kept).toEqual([]);
  });
}

/**
 * A proxy that several share. It keeps each answer by its URL unless that says `no-store` or `private`: less careful than
 * RFC 9111, by which it would keep nothing that was asked for with an Authorization header.
 */
async function caching(origin: () => string): Promise<{ readonly url: string; readonly kept: readonly string[] }> {
  const kept = new Map<string, { readonly status: number; readonly text: string }>();
  const server = createServer((request, response) => {
    const { url = '/', headers } = request;
    const answer = async () => {
      const found = kept.get(url);
      if (found !== undefined) return found;
      const { authorization } = headers;
      const asked = await fetch(`${origin()}${url}`, authorization === undefined ? {} : { headers: { authorization } });
      const fresh = { status: asked.status, text: await asked.text() };
      if (!/no-store|private/.test(asked.headers.get('cache-control') ?? '')) kept.set(url, fresh);
      return fresh;
    };
    answer().then(
      ({ status, text }) => response.writeHead(status).end(text),
      () => response.destroy(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get kept() {
      return [...kept.keys()];
    },
  };
}
