import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const WORKSPACE = '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}';
export const REPOSITORY = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
export const ENVIRONMENT = '{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}';
export const OTHER = '{9d3e4a52-6a52-4d2b-9a53-0c2b7c1d9e12}';
export const ISSUER = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
export const AUDIENCE = `ari:cloud:bitbucket::workspace/${WORKSPACE.slice(1, -1)}`;

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value ?? null)).toString('base64url');

/** What a test writes into a token. */
export interface Written {
  readonly header?: unknown;
  readonly claims?: unknown;
  readonly sign?: (text: string) => Buffer;
}

/** An issuer by hand, over node:crypto alone: it signs whatever it is given, and answers for its keys as it is told. */
export class HandmadeIssuer {
  readonly key: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  readonly other: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  readonly #server = createServer((request, response) => {
    this.asked += 1;
    this.answer(request, response);
  });
  asked = 0;
  keys: readonly object[] = [this.jwk('one', this.key)];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => this.list(response);
  #steps = 0;

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/2.0`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  list(response: ServerResponse): void {
    response.end(JSON.stringify({ keys: this.keys }));
  }

  jwk(kid: string, key: KeyObject): object {
    return { ...createPublicKey(key).export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  }

  /** The claims of a new step, issued now. */
  claims(now: number, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    this.#steps += 1;
    const step = `{00000000-0000-4000-8000-${String(this.#steps).padStart(12, '0')}}`;
    const iat = Math.floor(now / 1000);
    const claims = {
      iss: ISSUER,
      aud: AUDIENCE,
      iat,
      exp: iat + 3600,
      workspaceUuid: WORKSPACE,
      repositoryUuid: REPOSITORY,
      pipelineUuid: OTHER,
      stepUuid: step,
      deploymentEnvironmentUuid: ENVIRONMENT,
      branchName: 'main',
      ...more,
    };
    const { repositoryUuid, deploymentEnvironmentUuid } = claims;
    return { sub: [repositoryUuid, deploymentEnvironmentUuid, step].filter(Boolean).join(':'), ...claims, ...more };
  }

  token({ header = { typ: 'JWT', alg: 'RS256', kid: 'one' }, claims, sign: by = this.rs256() }: Written): string {
    const text = `${part(header)}.${part(claims)}`;
    return `${text}.${by(text).toString('base64url')}`;
  }

  rs256(key = this.key): (text: string) => Buffer {
    return (text) => sign('RSA-SHA256', Buffer.from(text), key);
  }
}
