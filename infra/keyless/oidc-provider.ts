import { Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnOIDCProvider } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { OidcTrust } from '../../functions/core/hosts/oidc';
import { providerName } from '../../functions/core/hosts/oidc';

/**
 * What IAM has to know of an issuer before roles can trust its tokens: one in an account, made once in a stack. Roles of
 * other stacks trust it too, so it outlives the stack that made it.
 *
 * @internal
 */
export class OidcProvider extends Construct {
  /** The one of a stack; it takes the audience of each trust that asks for it. */
  static of(scope: Construct, { issuer, audience }: OidcTrust, thumbprints: readonly string[] = []): OidcProvider {
    const stack = Stack.of(scope);
    const id = `OidcProvider ${providerName(issuer).replaceAll('/', ' ')}`;
    const found = stack.node.tryFindChild(id);
    const provider = found instanceof OidcProvider ? found : new OidcProvider(stack, id, issuer);
    provider.audiences.add(audience);
    for (const thumbprint of thumbprints) provider.thumbprints.add(thumbprint);
    return provider;
  }

  readonly resource: CfnOIDCProvider;
  private readonly audiences = new Set<string>();
  private readonly thumbprints = new Set<string>();

  private constructor(scope: Construct, id: string, issuer: string) {
    super(scope, id);
    this.resource = new CfnOIDCProvider(this, 'Resource', {
      url: issuer,
      clientIdList: Lazy.list({ produce: () => [...this.audiences] }),
      // IAM knows the certificate authorities itself and needs none.
      thumbprintList: Lazy.list({ produce: () => [...this.thumbprints] }, { omitEmpty: true }),
    });
    this.resource.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }

  get arn(): string {
    return this.resource.attrArn;
  }
}
