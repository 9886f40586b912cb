import * as z from 'zod';
import { AwsError } from '../aws-error';
import type { Iam } from '../iam';
import type { AccessKey } from '../iam-access-keys';
import type { IdentityPolicies } from '../iam-policies';
import type { IamRole } from '../iam-roles';
import type { IamUser } from '../iam-users';
import { pageAfter, positionOf } from '../paging';
import { flag, integer, nothing, operationsOf, tags } from './operation';

const operation = operationsOf('ValidationError');

const name = z.string().min(1).max(128);
const keyId = z.string().min(16).max(128);
const paging = { Marker: z.string().optional(), MaxItems: integer(1, 1000).default(100) };
const providerArn = z.object({ OpenIDConnectProviderArn: z.string().min(20).max(2048) });
const policyName = z.string().min(1).max(128);

/** IAM on the wire: parameters in, AWS's answer out. */
export function iamOperations(iam: Iam) {
  const role = (roleName: string) => iam.roles.get(roleName);
  return {
    CreateUser: operation(
      'write',
      z.object({ UserName: name, Path: z.string().optional(), Tags: tags.optional() }),
      (input) => ({ User: userShape(iam.users.create(input)) }),
    ),
    GetUser: operation('read', z.object({ UserName: name.optional() }), ({ UserName }, caller) => ({
      User: userShape(iam.subject(UserName, caller)),
    })),
    ListUsers: operation('read', z.object({ ...paging, PathPrefix: z.string().default('/') }), (input) => {
      const users = iam.users.all().filter((user) => user.path.startsWith(input.PathPrefix));
      const { items, ...more } = page(users, (user) => user.name, input);
      return { Users: items.map((user) => ({ ...userShape(user), Tags: undefined })), ...more };
    }),
    DeleteUser: operation('write', z.object({ UserName: name.optional() }), ({ UserName }, caller) =>
      iam.deleteUser(UserName, caller),
    ),
    UpdateUser: operation(
      'write',
      z.object({ UserName: name, NewUserName: name.optional(), NewPath: z.string().optional() }),
      (input) => iam.users.update(input),
    ),
    TagUser: operation('write', z.object({ UserName: name, Tags: tags }), ({ UserName, Tags }) =>
      iam.users.get(UserName).tags.set(Tags),
    ),
    UntagUser: operation('write', z.object({ UserName: name, TagKeys: z.array(z.string()) }), (input) =>
      iam.users.get(input.UserName).tags.remove(input.TagKeys),
    ),
    ListUserTags: operation('read', z.object({ UserName: name }), ({ UserName }) => ({
      Tags: iam.users.get(UserName).tags.list(),
      IsTruncated: false,
    })),

    CreateLoginProfile: operation(
      'write',
      z.object({
        UserName: name.optional(),
        Password: z.string().min(1).max(128),
        PasswordResetRequired: flag.optional(),
      }),
      ({ UserName, PasswordResetRequired = false }, caller) => {
        const { user, at } = iam.createLoginProfile(UserName, caller);
        return { LoginProfile: { UserName: user.name, CreateDate: wholeSeconds(at), PasswordResetRequired } };
      },
      { omit: ['Password'] },
    ),
    DeleteLoginProfile: operation('write', z.object({ UserName: name.optional() }), ({ UserName }, caller) =>
      iam.deleteLoginProfile(UserName, caller),
    ),

    CreateAccessKey: operation(
      'write',
      z.object({ UserName: name.optional() }),
      ({ UserName }, caller) => {
        const key = iam.createAccessKey(UserName, caller);
        const { UserName: owner, AccessKeyId, Status, CreateDate } = keyShape(key);
        const SecretAccessKey = key.secretAccessKey;
        return { AccessKey: { UserName: owner, AccessKeyId, Status, SecretAccessKey, CreateDate } };
      },
      {
        response: ({ AccessKey }: { AccessKey: { SecretAccessKey: string } }) => {
          const { SecretAccessKey: _secret, ...shown } = AccessKey;
          return { AccessKey: shown };
        },
      },
    ),
    ListAccessKeys: operation('read', z.object({ ...paging, UserName: name.optional() }), (input, caller) => {
      const keys = iam.accessKeys.listed(iam.subject(input.UserName, caller));
      const order = (key: AccessKey) => `${String(key.createdAt).padStart(15, '0')} ${key.slot}`;
      const sorted = [...keys].sort((a, b) => (order(a) < order(b) ? -1 : 1));
      const { items, ...more } = page(sorted, order, input);
      return { AccessKeyMetadata: items.map(keyShape), ...more };
    }),
    UpdateAccessKey: operation(
      'write',
      z.object({ UserName: name.optional(), AccessKeyId: keyId, Status: z.string() }),
      ({ UserName, AccessKeyId, Status }, caller) => iam.updateAccessKey(UserName, AccessKeyId, Status, caller),
    ),
    DeleteAccessKey: operation(
      'write',
      z.object({ UserName: name.optional(), AccessKeyId: keyId }),
      ({ UserName, AccessKeyId }, caller) => iam.deleteAccessKey(UserName, AccessKeyId, caller),
    ),
    GetAccessKeyLastUsed: operation('read', z.object({ AccessKeyId: keyId }), ({ AccessKeyId }) => {
      const key = iam.accessKeys.find(AccessKeyId);
      const use = iam.accessKeys.lastUse(key);
      const AccessKeyLastUsed =
        use === undefined
          ? { Region: 'N/A', ServiceName: 'N/A' }
          : { LastUsedDate: wholeSeconds(use.at), Region: use.region, ServiceName: use.service };
      return { UserName: key.user.name, AccessKeyLastUsed };
    }),
    GenerateCredentialReport: operation('read', nothing, () => iam.credentialReport.generate()),
    GetCredentialReport: operation('read', nothing, () => iam.credentialReport.get()),

    PutUserPolicy: operation(
      'write',
      z.object({ UserName: name, PolicyName: policyName, PolicyDocument: z.string() }),
      (input) => iam.users.get(input.UserName).policies.put(input.PolicyName, input.PolicyDocument),
    ),
    GetUserPolicy: operation('read', z.object({ UserName: name, PolicyName: policyName }), (input) => ({
      ...input,
      PolicyDocument: encodeURIComponent(iam.users.get(input.UserName).policies.get(input.PolicyName)),
    })),
    ListUserPolicies: operation('read', z.object({ UserName: name }), ({ UserName }) => ({
      PolicyNames: [...iam.users.get(UserName).policies.inline.keys()].sort(),
      IsTruncated: false,
    })),
    DeleteUserPolicy: operation('write', z.object({ UserName: name, PolicyName: policyName }), (input) =>
      iam.users.get(input.UserName).policies.delete(input.PolicyName),
    ),
    AttachUserPolicy: operation('write', z.object({ UserName: name, PolicyArn: z.string() }), (input) =>
      iam.users.get(input.UserName).policies.attach(input.PolicyArn),
    ),
    ListAttachedUserPolicies: operation('read', z.object({ UserName: name }), ({ UserName }) =>
      attachedShape(iam.users.get(UserName).policies),
    ),
    DetachUserPolicy: operation('write', z.object({ UserName: name, PolicyArn: z.string() }), (input) =>
      iam.users.get(input.UserName).policies.detach(input.PolicyArn),
    ),

    // Of AWS's own policies the account knows those that somebody has: which others there are AWS alone says.
    ListPolicies: operation(
      'read',
      z.object({
        ...paging,
        Scope: z.enum(['All', 'AWS', 'Local']).default('All'),
        OnlyAttached: flag.optional(),
        PathPrefix: z.string().default('/'),
      }),
      ({ Scope, PathPrefix, ...input }) => {
        const policies = iam
          .attachedPolicies()
          .map(([arn, count]) => policyShape(arn, count))
          .filter(
            ({ Arn, Path }) => (Scope === 'All' || isOfAws(Arn) === (Scope === 'AWS')) && Path.startsWith(PathPrefix),
          );
        const { items, ...more } = page(policies, ({ Arn }) => Arn, input);
        return { Policies: items, ...more };
      },
    ),
    CreatePolicy: operation(
      'write',
      z.object({ PolicyName: policyName, PolicyDocument: z.string().min(1), Path: z.string().optional() }),
      ({ PolicyName, PolicyDocument, Path }) => {
        const { name, path, policyId, arn, createdAt } = iam.managedPolicies.create(PolicyName, PolicyDocument, Path);
        const CreateDate = new Date(createdAt);
        return { Policy: { PolicyName: name, PolicyId: policyId, Arn: arn, Path: path, CreateDate } };
      },
    ),
    ListEntitiesForPolicy: operation(
      'read',
      z.object({
        ...paging,
        PolicyArn: z.string().min(20).max(2048),
        EntityFilter: z.enum(['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy']).optional(),
        PathPrefix: z.string().default('/'),
      }),
      ({ PolicyArn, EntityFilter, PathPrefix, ...input }) => {
        const entities = iam
          .entitiesWith(PolicyArn)
          .filter(({ is, path }) => (EntityFilter ?? is) === is && path.startsWith(PathPrefix));
        const { items, ...more } = page(entities, ({ is, name: entity }) => `${is} ${entity}`, input);
        const of = (kind: 'User' | 'Role') => items.filter(({ is }) => is === kind);
        return {
          PolicyGroups: [],
          PolicyUsers: of('User').map(({ name: UserName, id: UserId }) => ({ UserName, UserId })),
          PolicyRoles: of('Role').map(({ name: RoleName, id: RoleId }) => ({ RoleName, RoleId })),
          ...more,
        };
      },
    ),

    CreateRole: operation(
      'write',
      z.object({
        RoleName: name,
        AssumeRolePolicyDocument: z.string(),
        Path: z.string().optional(),
        Description: z.string().optional(),
        MaxSessionDuration: integer(3600, 43_200).optional(),
        Tags: tags.optional(),
        PermissionsBoundary: z.string().optional(),
      }),
      (input) => ({ Role: roleShape(iam.roles.create(input)) }),
    ),
    UpdateAssumeRolePolicy: operation(
      'write',
      z.object({ RoleName: name, PolicyDocument: z.string() }),
      ({ RoleName, PolicyDocument }) => {
        iam.roles.update(RoleName, { AssumeRolePolicyDocument: PolicyDocument });
      },
    ),
    // Nothing else tells when a role was last used.
    GetRole: operation('read', z.object({ RoleName: name }), ({ RoleName }) => {
      const use = iam.roles.lastUse(role(RoleName));
      const RoleLastUsed = use === undefined ? {} : { LastUsedDate: wholeSeconds(use.at), Region: use.region };
      return { Role: { ...roleShape(role(RoleName)), RoleLastUsed } };
    }),
    ListRoles: operation('read', z.object({ ...paging, PathPrefix: z.string().default('/') }), (input) => {
      const roles = iam.roles.all().filter(({ path }) => path.startsWith(input.PathPrefix));
      const { items, ...more } = page(roles, ({ name: roleName }) => roleName, input);
      return { Roles: items.map(roleShape), ...more };
    }),
    DeleteRole: operation('write', z.object({ RoleName: name }), ({ RoleName }) => iam.roles.delete(RoleName)),
    PutRolePolicy: operation(
      'write',
      z.object({ RoleName: name, PolicyName: policyName, PolicyDocument: z.string() }),
      (input) => role(input.RoleName).policies.put(input.PolicyName, input.PolicyDocument),
    ),
    GetRolePolicy: operation('read', z.object({ RoleName: name, PolicyName: policyName }), (input) => ({
      ...input,
      PolicyDocument: encodeURIComponent(role(input.RoleName).policies.get(input.PolicyName)),
    })),
    ListRolePolicies: operation('read', z.object({ RoleName: name }), ({ RoleName }) => ({
      PolicyNames: [...role(RoleName).policies.inline.keys()].sort(),
      IsTruncated: false,
    })),
    DeleteRolePolicy: operation('write', z.object({ RoleName: name, PolicyName: policyName }), (input) =>
      role(input.RoleName).policies.delete(input.PolicyName),
    ),
    AttachRolePolicy: operation('write', z.object({ RoleName: name, PolicyArn: z.string() }), (input) =>
      role(input.RoleName).policies.attach(input.PolicyArn),
    ),
    ListAttachedRolePolicies: operation('read', z.object({ RoleName: name }), ({ RoleName }) =>
      attachedShape(role(RoleName).policies),
    ),
    CreateOpenIDConnectProvider: operation(
      'write',
      z.object({
        Url: z.string().min(1).max(255),
        ClientIDList: z.array(z.string().min(1).max(255)).optional(),
        ThumbprintList: z.array(z.string().length(40)).max(5).optional(),
      }),
      (input) => ({ OpenIDConnectProviderArn: iam.oidcProviders.create(input).arn }),
    ),
    GetOpenIDConnectProvider: operation('read', providerArn, (input) => {
      const { url, clientIds, thumbprints, createdAt } = iam.oidcProviders.get(input.OpenIDConnectProviderArn);
      return {
        Url: url.replace(/^https:\/\//, ''),
        ClientIDList: [...clientIds],
        ThumbprintList: thumbprints,
        CreateDate: wholeSeconds(createdAt),
      };
    }),
    ListOpenIDConnectProviders: operation('read', nothing, () => ({
      OpenIDConnectProviderList: iam.oidcProviders.all().map(({ arn }) => ({ Arn: arn })),
    })),
    AddClientIDToOpenIDConnectProvider: operation(
      'write',
      providerArn.extend({ ClientID: z.string().min(1).max(255) }),
      (input) => iam.oidcProviders.addClient(input.OpenIDConnectProviderArn, input.ClientID),
    ),
    DeleteOpenIDConnectProvider: operation('write', providerArn, (input) =>
      iam.oidcProviders.delete(input.OpenIDConnectProviderArn),
    ),
    DetachRolePolicy: operation('write', z.object({ RoleName: name, PolicyArn: z.string() }), (input) =>
      role(input.RoleName).policies.detach(input.PolicyArn),
    ),
  };
}

function attachedShape({ attached }: IdentityPolicies) {
  const AttachedPolicies = [...attached].map((PolicyArn) => ({
    PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
    PolicyArn,
  }));
  return { AttachedPolicies, IsTruncated: false };
}

function policyShape(arn: string, AttachmentCount: number) {
  const [, path = '/', PolicyName = ''] = /:policy(\/.*?)([^/]+)$/.exec(arn) ?? [];
  return { PolicyName, Arn: arn, Path: path, AttachmentCount, IsAttachable: true };
}

function isOfAws(policyArn: string): boolean {
  return policyArn.split(':')[4] === 'aws';
}

function userShape(user: IamUser) {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.userId,
    Arn: user.arn,
    CreateDate: wholeSeconds(user.createdAt),
    Tags: user.tags.size === 0 ? undefined : user.tags.list(),
  };
}

function keyShape(key: AccessKey) {
  return {
    UserName: key.user.name,
    AccessKeyId: key.id,
    Status: key.status,
    CreateDate: wholeSeconds(key.createdAt),
  };
}

function roleShape(role: IamRole) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: wholeSeconds(role.createdAt),
    AssumeRolePolicyDocument: encodeURIComponent(role.assumeRolePolicyDocument),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
  };
}

/** IAM knows no milliseconds. */
function wholeSeconds(instant: number): Date {
  return new Date(Math.floor(instant / 1000) * 1000);
}

function page<T>(
  sorted: readonly T[],
  key: (item: T) => string,
  { Marker, MaxItems }: { readonly Marker?: string | undefined; readonly MaxItems: number },
) {
  const after = positionOf(Marker, () => new AwsError('ValidationError', 400, 'Invalid Marker.'));
  const { items, token } = pageAfter(sorted, key, MaxItems, after);
  return { items, IsTruncated: token !== undefined, Marker: token };
}
