import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import type { FunctionName } from '../../functions/core/names';
import { secretArn } from '../../infra/access/arns';
import { GrowingPolicy } from '../../infra/access/growing-policy';
import { UserAccess } from '../../infra/access/user-access';
import { statementsOf } from './access';
import { deployed } from './deployed';
import { resourcesOf, synthesize, templateOf } from './synthesized';

const USUAL_NAME = 'a-user-with-a-name-of-usual-length';
const LONG_NAME = 'x'.repeat(58);

function rightsIn(stack: Stack): GrowingPolicy {
  const policy = new PolicyDocument();
  const role = new Role(stack, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { Keyturn: policy },
  });
  return new GrowingPolicy(stack, 'Rights', { role, policy });
}

function accessTo(count: number, name: string): Stack {
  const stack = new Stack(new App(), 'Keyturn');
  const access = new UserAccess(rightsIn(stack), ['iam:ListAccessKeys', 'iam:DeleteAccessKey']);
  for (let at = 0; at < count; at += 1) access.add(`${name}-${at}`, 'any');
  return stack;
}

describe('K12: access to exactly the managed users', () => {
  it('names hundreds of users, in policies that each fit into what IAM allows', () => {
    const template = templateOf(accessTo(300, USUAL_NAME));
    const inline = resourcesOf(template, 'AWS::IAM::Role').flatMap(
      ({ Properties }) => Properties.Policies as readonly { readonly PolicyDocument: unknown }[],
    );
    const managed = resourcesOf(template, 'AWS::IAM::ManagedPolicy');
    const documents = [
      ...inline.map(({ PolicyDocument: document }) => document),
      ...managed.map(({ Properties }) => Properties.PolicyDocument),
    ].map((document) => JSON.stringify(deployed(template, document)));

    // Each user by its name, with and without a path.
    for (let at = 0; at < 300; at += 1) {
      for (const path of ['', '*/']) {
        const arn = `"arn:aws:iam::111122223333:user/${path}${USUAL_NAME}-${at}"`;
        expect(
          documents.filter((document) => document.includes(arn)),
          arn,
        ).toHaveLength(1);
      }
    }
    expect(documents[0]?.length).toBeLessThan(5_500);
    for (const document of documents.slice(1)) expect(document.length).toBeLessThanOrEqual(6_144);
    expect(managed.length).toBeLessThanOrEqual(10);
    for (const { Properties } of managed) expect(Properties.Roles).toEqual([{ Ref: expect.stringContaining('Role') }]);
  });

  it('is one statement of the role itself for few users', () => {
    expect(resourcesOf(templateOf(accessTo(20, USUAL_NAME)), 'AWS::IAM::ManagedPolicy')).toEqual([]);
  });

  it.each([
    ['400 users by their names, leaving a fifth', 400, 8],
    ['500 users at most', 500, 10],
    ['1,000 users with the raised quota', 1_000, 21],
    ['1,200 users with it at most', 1_200, 25],
  ])('has room for %s', (_what, count, policies) => {
    const stack = accessTo(count, 'bitbucket-of-20');

    expect(resourcesOf(templateOf(stack), 'AWS::IAM::ManagedPolicy').length).toBeLessThanOrEqual(policies);
    Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
  });

  it('lets deactivate, and nobody else, see when exactly the roles were used that are to replace keys', () => {
    const role = 'arn:aws:iam::111122223333:role/deploy';
    const keys = ['web-shop', 'store'].map((id) => ({ id, user: id, replacedBy: { roles: [role] } }));
    const template = synthesize({ keys });
    const may = (name: FunctionName) =>
      statementsOf(template, name).filter(({ Action }) => JSON.stringify(Action).includes('iam:GetRole'));
    expect(may('deactivate')).toMatchObject([{ Sid: 'ReplacingRoles', Action: 'iam:GetRole', Resource: role }]);
    expect((['rotate', 'delete', 'sync'] as const).flatMap(may)).toEqual([]);
    expect(
      statementsOf(synthesize({ keys: [{ id: 'web-shop', user: 'web-shop' }] }), 'deactivate').map(({ Sid }) => Sid),
    ).not.toContain('ReplacingRoles');
  });

  it('has room for 400 connections of sync', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const rights = rightsIn(stack);
    const read = { sid: 'ReadConnectionTokens', actions: ['secretsmanager:GetSecretValue'] };
    for (let at = 0; at < 400; at += 1) rights.allow(read, [secretArn(`keyturn/connections/team-${at}`)]);

    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    expect(resourcesOf(templateOf(stack), 'AWS::IAM::ManagedPolicy').length).toBeLessThanOrEqual(8);
  });

  it('names no user when all are known by their path', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const access = new UserAccess(rightsIn(stack), ['iam:ListAccessKeys'], '/pipelines/');
    for (let at = 0; at < 5_000; at += 1) access.add(`bitbucket-${at}`, 'any');

    const [role] = resourcesOf(templateOf(stack), 'AWS::IAM::Role');
    expect(resourcesOf(templateOf(stack), 'AWS::IAM::ManagedPolicy')).toEqual([]);
    expect(JSON.stringify(role?.Properties).match(/:user\//g)).toHaveLength(1);
  });

  it('warns when the quota of managed policies has to be raised', () => {
    const annotations = Annotations.fromStack(accessTo(350, LONG_NAME));

    annotations.hasWarning('*', Match.stringLikeRegexp('more than 10 managed policies .* "Managed policies per role"'));
    annotations.hasNoError('*', Match.anyValue());
  });

  it('refuses what no quota allows', () => {
    const annotations = Annotations.fromStack(accessTo(800, LONG_NAME));

    annotations.hasError('*', Match.stringLikeRegexp('more than 25 managed policies'));
  });
});
