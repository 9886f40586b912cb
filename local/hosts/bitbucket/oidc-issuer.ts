import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Clock } from '../../clock';
import { newUuid, type Random } from './identifiers';

/** A step of a pipeline, as its token tells of it. UUIDs are in braces. */
export interface OidcStep {
  readonly workspace: string;
  readonly workspaceUuid: string;
  readonly repositoryUuid: string;
  /** Where the step deploys. */
  readonly environmentUuid?: string | undefined;
  /** @default main */
  readonly branch?: string | undefined;
  /** What the step asks for. @default the workspace's own */
  readonly audiences?: readonly string[] | undefined;
  /** Seconds. @default an hour */
  readonly lifetime?: number | undefined;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

const LIFETIME = 3600;

/**
 * Issues the tokens of Bitbucket Pipelines' steps, with the claims and both forms of `sub` that Atlassian describes. The
 * keys are made when they are first needed, by the system, so that only the signatures of two equal runs differ.
 */
export class OidcIssuer {
  #keys: readonly SigningKey[] = [];
  #count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** From here on tokens are signed with a new key; those before it stay published. @returns its ID */
  rollOver(): string {
    this.#count += 1;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const kid = `pipelines-${this.#count}`;
    this.#keys = [{ kid, privateKey }, ...this.#keys];
    return kid;
  }

  /** Takes all keys but the present one off the list. */
  withdrawFormer(): void {
    this.#keys = this.#keys.slice(0, 1);
  }

  /** The discovery document of a workspace. */
  discovery(workspace: string): object {
    const issuer = issuerOf(workspace);
    return {
      issuer,
      jwks_uri: `${issuer}/keys.json`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'stepUuid', 'pipelineUuid', 'repositoryUuid'],
    };
  }

  /** The keys that tokens may be signed with. */
  keys(): object {
    return {
      keys: this.#present().map(({ kid, privateKey }) => ({
        ...createPublicKey(privateKey).export({ format: 'jwk' }),
        kid,
        use: 'sig',
        alg: 'RS256',
      })),
    };
  }

  /** What `BITBUCKET_STEP_OIDC_TOKEN` holds in a step that asks for it. */
  token(step: OidcStep): string {
    const { workspace, workspaceUuid, repositoryUuid, environmentUuid, branch = 'main' } = step;
    const { audiences = [`ari:cloud:bitbucket::workspace/${workspaceUuid.slice(1, -1)}`], lifetime = LIFETIME } = step;
    const stepUuid = newUuid(this.random);
    const iat = Math.floor(this.clock.now() / 1000);
    return this.#signed({
      iss: issuerOf(workspace),
      sub: [repositoryUuid, environmentUuid, stepUuid].filter((part) => part !== undefined).join(':'),
      aud: audiences.length === 1 ? audiences[0] : audiences,
      iat,
      exp: iat + lifetime,
      workspaceUuid,
      repositoryUuid,
      pipelineUuid: newUuid(this.random),
      stepUuid,
      branchName: branch,
      deploymentEnvironmentUuid: environmentUuid,
    });
  }

  #signed(claims: object): string {
    const [key] = this.#present();
    if (key === undefined) throw new Error('The issuer has no key');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ typ: 'JWT', alg: 'RS256', kid: key.kid })}.${part(claims)}`;
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), key.privateKey).toString('base64url')}`;
  }

  #present(): readonly SigningKey[] {
    if (this.#keys.length === 0) this.rollOver();
    return this.#keys;
  }
}

/** Where a workspace's issuer is, for whoever reaches the real names. */
export function issuerOf(workspace: string): string {
  return `https://api.bitbucket.org/2.0/workspaces/${workspace}/pipelines-config/identity/oidc`;
}
