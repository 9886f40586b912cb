import type { IdentityPolicies } from '../../account/iam-policies';
import type { Properties } from '../properties';
import type { Physical, ResourceInput, ResourceType, Services } from '../resource';

const user: ResourceType = (input) => {
  const { iam } = input.services.account;
  const name = input.previous?.ref ?? input.properties.optionalText('UserName') ?? input.generatedName(64);
  const path = input.properties.optionalText('Path');
  const found =
    input.previous === undefined
      ? iam.users.create({ UserName: name, Path: path, Tags: input.properties.tags() })
      : iam.users.get(name);
  const takeBack = givePolicies(found.policies, input);
  const remove = () => {
    takeBack();
    iam.users.delete(found);
  };
  return { ref: name, attributes: { Arn: found.arn }, remove };
};

const role: ResourceType = (input) => {
  const { roles } = input.services.account.iam;
  const { properties } = input;
  const name = input.previous?.ref ?? properties.optionalText('RoleName') ?? input.generatedName(64);
  const trust = {
    AssumeRolePolicyDocument: properties.document('AssumeRolePolicyDocument'),
    MaxSessionDuration: properties.optionalNumber('MaxSessionDuration'),
  };
  const boundary = properties.optionalText('PermissionsBoundary');
  const found =
    input.previous === undefined
      ? roles.create({
          ...trust,
          RoleName: name,
          Path: properties.optionalText('Path'),
          Description: properties.optionalText('Description'),
        })
      : roles.update(name, trust);
  found.permissionsBoundary = boundary;
  const takeBack = givePolicies(found.policies, input);
  const remove = () => {
    takeBack();
    roles.delete(name);
  };
  return { ref: name, attributes: { Arn: found.arn, RoleId: found.roleId }, remove };
};

/** Gives a user or role the policies of its own properties; answers how to take them back. */
function givePolicies(policies: IdentityPolicies, { properties, previous }: ResourceInput): () => void {
  if (previous !== undefined) {
    // Everything that the stack gave it: resources of their own follow in this deployment.
    policies.inline.clear();
    policies.attached.clear();
  }
  for (const inline of properties.objects('Policies')) {
    policies.put(inline.text('PolicyName'), inline.document('PolicyDocument'));
  }
  for (const arn of properties.texts('ManagedPolicyArns')) policies.attach(arn);
  return () => {
    policies.inline.clear();
    policies.attached.clear();
  };
}

/** IAM's own update of a provider replaces its lists. */
const oidcProvider: ResourceType = ({ properties, services, previous }) => {
  const { oidcProviders } = services.account.iam;
  void previous?.remove?.();
  const { arn } = oidcProviders.create({
    Url: properties.text('Url'),
    ClientIDList: properties.texts('ClientIdList'),
    ThumbprintList: properties.texts('ThumbprintList'),
  });
  return { ref: arn, attributes: { Arn: arn }, remove: () => oidcProviders.delete(arn) };
};

const inlinePolicy: ResourceType = ({ properties, services, previous }) => {
  const name = properties.text('PolicyName');
  const document = properties.document('PolicyDocument');
  void previous?.remove?.();
  const holders = holdersOf(properties, services);
  for (const policies of holders) policies.put(name, document);
  const remove = () => {
    for (const policies of holders) policies.inline.delete(name);
  };
  return { ref: name, attributes: {}, remove };
};

const managedPolicy: ResourceType = (input): Physical => {
  const { properties, services, previous } = input;
  const { accountId } = services.account;
  const name = properties.optionalText('ManagedPolicyName') ?? input.generatedName(128);
  const arn = previous?.ref ?? `arn:aws:iam::${accountId}:policy${properties.optionalText('Path') ?? '/'}${name}`;
  void previous?.remove?.();
  const holders = holdersOf(properties, services);
  for (const policies of holders) policies.attach(arn);
  const remove = () => {
    for (const policies of holders) policies.attached.delete(arn);
  };
  return { ref: arn, attributes: { PolicyArn: arn }, remove, policy: properties.document('PolicyDocument') };
};

function holdersOf(properties: Properties, { account }: Services): IdentityPolicies[] {
  if (properties.has('Groups')) throw properties.invalid('Groups', 'is not supported: there are no groups here');
  return [
    ...properties.texts('Roles').map((name) => account.iam.roles.get(name).policies),
    ...properties.texts('Users').map((name) => account.iam.users.get(name).policies),
  ];
}

export const IAM_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::User': user,
  'AWS::IAM::Role': role,
  'AWS::IAM::OIDCProvider': oidcProvider,
  'AWS::IAM::Policy': inlinePolicy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
};
