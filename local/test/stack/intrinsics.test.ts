import { describe, expect, test } from 'vitest';
import { Intrinsics, NO_VALUE } from '../../stack/intrinsics';

/** CloudFormation's own placeholders look like ours would. */
const sub = (text: string) => text.replaceAll('<', '${').replaceAll('>', '}');

const refs: Readonly<Record<string, unknown>> = { Name: 'web', 'AWS::Region': 'eu-west-1', 'AWS::NoValue': NO_VALUE };
const intrinsics = new Intrinsics(
  {
    conditions: {
      IsWeb: { 'Fn::Equals': [{ Ref: 'Name' }, 'web'] },
      IsNot: { 'Fn::Not': [{ Condition: 'IsWeb' }] },
      Both: { 'Fn::And': [{ Condition: 'IsWeb' }, { Condition: 'IsNot' }] },
      Either: { 'Fn::Or': [{ Condition: 'IsWeb' }, { Condition: 'IsNot' }] },
    },
    mappings: { Sizes: { 'eu-west-1': { small: 1 } } },
  },
  {
    ref: (name) => refs[name],
    attribute: (id, attribute) => `${id}/${attribute}`,
    imported: (name) => (name === 'shared' ? 'from elsewhere' : undefined),
  },
);

test.each([
  [{ Ref: 'Name' }, 'web'],
  [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 'Role/Arn'],
  [{ 'Fn::GetAtt': 'Table.Stream.Arn' }, 'Table/Stream.Arn'],
  [{ 'Fn::Sub': sub('a-<Name>-<Role.Arn>-<AWS::Region>-<!Literal>') }, sub('a-web-Role/Arn-eu-west-1-<Literal>')],
  [{ 'Fn::Sub': [sub('<X>/<Name>'), { X: { Ref: 'AWS::Region' } }] }, 'eu-west-1/web'],
  [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Region' }, ':', 5]] }, 'arn:eu-west-1:5'],
  [{ 'Fn::Select': [1, { 'Fn::Split': ['|', 'a|b|c'] }] }, 'b'],
  [{ 'Fn::If': ['IsWeb', { Ref: 'Name' }, 'other'] }, 'web'],
  [{ 'Fn::If': ['IsNot', 'x', 'other'] }, 'other'],
  [{ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 1],
  [{ 'Fn::ImportValue': 'shared' }, 'from elsewhere'],
  [{ 'Fn::Base64': 'hi' }, 'aGk='],
  [
    { a: [{ Ref: 'AWS::NoValue' }, 1], b: { Ref: 'AWS::NoValue' }, Ref: 'two', keys: 1 },
    { a: [1], Ref: 'two', keys: 1 },
  ],
])('%j resolves to %j', (value, expected) => {
  expect(intrinsics.resolve(value)).toEqual(expected);
});

test('conditions combine', () => {
  expect(['IsWeb', 'IsNot', 'Both', 'Either'].map((name) => intrinsics.holds(name))).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

describe('what cannot be resolved is an error that names it', () => {
  test.each([
    [{ Ref: 'Nobody' }, 'Ref names Nobody'],
    [{ 'Fn::Cidr': [] }, 'Fn::Cidr is not supported'],
    [{ 'Fn::Select': [7, ['a']] }, 'has nothing at 7'],
    [{ 'Fn::FindInMap': ['Sizes', 'x', 'y'] }, 'nothing at Sizes.x.y'],
    [{ 'Fn::ImportValue': 'other' }, 'No stack exports other'],
    [{ 'Fn::If': ['Missing', 1, 2] }, 'no condition Missing'],
    [{ 'Fn::Join': ['', [{ a: 1 }]] }, 'Expected text'],
  ])('%j', (value, message) => {
    expect(() => intrinsics.resolve(value)).toThrow(message);
  });
});
