import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../world';

const TEMPLATE = JSON.stringify({
  Parameters: {
    Name: { Type: 'String', AllowedPattern: '[a-z]{1,8}', Description: 'a short name' },
    Colour: { Type: 'String', Default: 'red', AllowedValues: ['red', 'blue'] },
    Seconds: { Type: 'Number', Default: 5, MinValue: 1, MaxValue: 9 },
    Arns: { Type: 'CommaDelimitedList', Default: '', AllowedPattern: '|arn:.+' },
  },
  Rules: {
    BlueIsSlow: {
      RuleCondition: { 'Fn::Equals': [{ Ref: 'Colour' }, 'blue'] },
      Assertions: [
        {
          Assert: { 'Fn::Contains': [['8', '9'], { Ref: 'Seconds' }] },
          AssertDescription: 'Blue takes 8 or 9 seconds.',
        },
      ],
    },
  },
  Resources: { User: { Type: 'AWS::IAM::User', Properties: { UserName: { Ref: 'Name' } } } },
  Outputs: { Arns: { Value: { 'Fn::Join': ['|', { Ref: 'Arns' }] } } },
});

let world: World;
beforeAll(async () => {
  world = await World.start({ start: new Date('2026-01-01T00:00:00Z') });
});
afterAll(() => world.close());

it('a template gets what is given for its parameters, and the defaults of the others', async () => {
  const { outputs } = await world.deployTemplate('one', TEMPLATE, { Name: 'anna', Arns: 'arn:a, arn:b' });
  expect(outputs.Arns).toBe('arn:a|arn:b');
  expect(world.account.iam.users.get('anna').name).toBe('anna');
});

it.each<[string, Readonly<Record<string, string>>, string]>([
  ['nothing for what has no default', {}, 'The parameter Name has no default'],
  ['a parameter that is not there', { Name: 'a', Nane: 'b' }, '[Nane] do not exist'],
  ['what its pattern does not take', { Name: 'a1' }, 'Name failed to satisfy constraint: a short name'],
  ['another value than those allowed', { Name: 'a', Colour: 'green' }, 'Colour failed'],
  ['too small a number', { Name: 'a', Seconds: '0' }, 'Seconds failed'],
  ['too large a number', { Name: 'a', Seconds: '10' }, 'Seconds failed'],
  ['an item of a list that its pattern does not take', { Name: 'a', Arns: 'arn:a,b' }, 'Arns failed'],
  ['what a rule forbids', { Name: 'a', Colour: 'blue' }, 'BlueIsSlow does not hold: Blue takes 8 or 9 seconds.'],
])('it is refused %s', async (_what, given, message) => {
  await expect(world.deployTemplate('two', TEMPLATE, given)).rejects.toThrow(message);
});

it('a rule is asked only where its condition holds', async () => {
  await world.deployTemplate('three', TEMPLATE, { Name: 'berta', Colour: 'blue', Seconds: '9' });
  expect(world.account.iam.users.get('berta').name).toBe('berta');
});
