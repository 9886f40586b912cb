import type { Clock } from '../clock';
import { AwsError } from './aws-error';

/** An issuer of tokens that roles of the account may trust. */
export interface OidcProvider {
  readonly arn: string;
  /** With its scheme. */
  readonly url: string;
  readonly createdAt: number;
  readonly clientIds: Set<string>;
  readonly thumbprints: readonly string[];
}

export interface CreateOidcProviderInput {
  readonly Url: string;
  readonly ClientIDList?: readonly string[] | undefined;
  /** IAM asks the issuer's certificate itself where there is none. */
  readonly ThumbprintList?: readonly string[] | undefined;
}

/** Audiences of one provider ("IAM and AWS STS quotas"). */
const MOST_CLIENT_IDS = 100;

/** The account's OpenID Connect providers: one an issuer. */
export class OidcProviders {
  readonly #providers = new Map<string, OidcProvider>();

  constructor(
    private readonly accountId: string,
    private readonly clock: Clock,
  ) {}

  all(): readonly OidcProvider[] {
    return [...this.#providers.values()];
  }

  /** @throws AwsError InvalidInput, EntityAlreadyExists, LimitExceeded */
  create({ Url, ClientIDList = [], ThumbprintList = [] }: CreateOidcProviderInput): OidcProvider {
    if (!/^https:\/\/[\w.-]+(\/[\w./-]*)?$/.test(Url)) {
      throw new AwsError('InvalidInput', 400, 'The URL of a provider begins with https:// and has no query.');
    }
    assertClientIds(ClientIDList.length);
    const arn = `arn:aws:iam::${this.accountId}:oidc-provider/${Url.slice('https://'.length)}`;
    if (this.#providers.has(arn)) {
      throw new AwsError('EntityAlreadyExists', 409, `Provider with url ${Url} already exists.`);
    }
    const provider: OidcProvider = {
      arn,
      url: Url,
      createdAt: this.clock.now(),
      clientIds: new Set(ClientIDList),
      thumbprints: ThumbprintList,
    };
    this.#providers.set(arn, provider);
    return provider;
  }

  /** @throws AwsError NoSuchEntity */
  get(arn: string): OidcProvider {
    const provider = this.#providers.get(arn);
    if (provider === undefined) {
      throw new AwsError('NoSuchEntity', 404, `OpenIDConnect Provider not found for arn ${arn}`);
    }
    return provider;
  }

  /** The one of an issuer, exactly as its tokens name it. */
  ofIssuer(url: string): OidcProvider | undefined {
    return this.all().find((provider) => provider.url === url);
  }

  /** One that it has already changes nothing. @throws AwsError NoSuchEntity, LimitExceeded */
  addClient(arn: string, clientId: string): void {
    const provider = this.get(arn);
    const clientIds = new Set([...provider.clientIds, clientId]);
    assertClientIds(clientIds.size);
    this.#providers.set(arn, { ...provider, clientIds });
  }

  delete(arn: string): void {
    this.#providers.delete(this.get(arn).arn);
  }
}

function assertClientIds(count: number): void {
  if (count <= MOST_CLIENT_IDS) return;
  throw new AwsError('LimitExceeded', 409, 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider');
}
