import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../events/pattern';

const event = {
  version: '0',
  source: 'aws.secretsmanager',
  'detail-type': 'AWS API Call via CloudTrail',
  resources: ['arn:aws:secretsmanager:eu-central-1:1:secret:acme/web-AbCdEf', 'arn:aws:kms:other'],
  detail: {
    eventName: 'PutSecretValue',
    count: 5,
    ok: true,
    nothing: null,
    empty: '',
    file: 'a*b.txt',
    requestParameters: { secretId: 'acme/web' },
    records: [
      { name: 'one', size: 1 },
      { name: 'two', size: 2 },
    ],
  },
};

describe('a pattern fits', () => {
  test.each([
    ['exact', { source: ['aws.secretsmanager'] }],
    ['one of several', { source: ['aws.s3', 'aws.secretsmanager'] }],
    ['all fields', { source: ['aws.secretsmanager'], detail: { eventName: ['PutSecretValue'] } }],
    ['a number', { detail: { count: [5] } }],
    ['a boolean', { detail: { ok: [true] } }],
    ['null', { detail: { nothing: [null] } }],
    ['an empty string', { detail: { empty: [''] } }],
    ['an element of a list', { resources: ['arn:aws:kms:other'] }],
    ['a prefix of an element', { resources: [{ prefix: 'arn:aws:secretsmanager:eu-central-1:1:secret:acme/' }] }],
    ['objects in a list', { detail: { records: { name: ['two'] } } }],
    ['prefix', { source: [{ prefix: 'aws.' }] }],
    ['prefix in any case', { source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }],
    ['suffix', { source: [{ suffix: 'manager' }] }],
    ['suffix in any case', { source: [{ suffix: { 'equals-ignore-case': 'MANAGER' } }] }],
    ['equals-ignore-case', { detail: { eventName: [{ 'equals-ignore-case': 'putsecretvalue' }] } }],
    ['anything-but a literal', { source: [{ 'anything-but': 'aws.s3' }] }],
    ['anything-but a list', { source: [{ 'anything-but': ['aws.s3', 'aws.ec2'] }] }],
    ['anything-but a number', { detail: { count: [{ 'anything-but': [1, 2] }] } }],
    ['anything-but a prefix', { source: [{ 'anything-but': { prefix: 'my.' } }] }],
    ['anything-but prefixes', { source: [{ 'anything-but': { prefix: ['my.', 'your.'] } }] }],
    ['anything-but a suffix', { source: [{ 'anything-but': { suffix: '.s3' } }] }],
    ['anything-but in any case', { source: [{ 'anything-but': { 'equals-ignore-case': ['AWS.S3'] } }] }],
    ['anything-but a wildcard', { source: [{ 'anything-but': { wildcard: 'aws.*3' } }] }],
    ['exists', { detail: { eventName: [{ exists: true }] } }],
    ['exists with null', { detail: { nothing: [{ exists: true }] } }],
    ['does not exist', { detail: { missing: [{ exists: false }] } }],
    ['does not exist, deep', { detail: { missing: { deeper: [{ exists: false }] } } }],
    ['numeric', { detail: { count: [{ numeric: ['=', 5] }] } }],
    ['a numeric range', { detail: { count: [{ numeric: ['>', 0, '<=', 5] }] } }],
    ['wildcard', { detail: { requestParameters: { secretId: [{ wildcard: 'acme/*' }] } } }],
    ['several wildcards', { source: [{ wildcard: '*secrets*' }] }],
    ['an escaped star', { detail: { file: [{ wildcard: 'a\\*b.*' }] } }],
    ['$or, first', { $or: [{ source: ['aws.secretsmanager'] }, { source: ['x'] }] }],
    ['$or, second, nested', { detail: { $or: [{ count: [1] }, { ok: [true] }], eventName: ['PutSecretValue'] } }],
    ['a literal or an operator', { source: ['x', { prefix: 'aws' }] }],
  ])('%s', (_name, pattern) => {
    expect(compilePattern(pattern)(event)).toBe(true);
  });
});

describe('a pattern does not fit', () => {
  test.each([
    ['another value', { source: ['aws.s3'] }],
    ['a number as text', { detail: { count: ['5'] } }],
    ['one field of two', { source: ['aws.secretsmanager'], detail: { eventName: ['Other'] } }],
    ['a missing field', { detail: { missing: ['x'] } }],
    ['a missing object', { detail: { missing: { deeper: ['x'] } } }],
    ['a field beside lists of objects', { detail: { records: { name: ['three'] } } }],
    ['two fields of different elements', { detail: { records: { name: ['one'], size: [2] } } }],
    ['case', { detail: { eventName: ['putsecretvalue'] } }],
    ['prefix', { source: [{ prefix: 'secrets' }] }],
    ['prefix of a number', { detail: { count: [{ prefix: '5' }] } }],
    ['suffix', { source: [{ suffix: 'aws' }] }],
    ['anything-but its value', { source: [{ 'anything-but': ['aws.secretsmanager'] }] }],
    ['anything-but its prefix', { source: [{ 'anything-but': { prefix: ['x', 'aws.'] } }] }],
    ['anything-but of a missing field', { detail: { missing: [{ 'anything-but': 'x' }] } }],
    ['exists false', { detail: { eventName: [{ exists: false }] } }],
    ['exists true', { detail: { missing: [{ exists: true }] } }],
    ['exists true on an object', { detail: { requestParameters: [{ exists: true }] } }],
    ['numeric', { detail: { count: [{ numeric: ['>', 5] }] } }],
    ['numeric text', { detail: { eventName: [{ numeric: ['>', 0] }] } }],
    ['wildcard with a dot', { source: [{ wildcard: 'awsX*' }] }],
    ['an escaped star', { source: [{ wildcard: 'aws.\\*' }] }],
    ['$or', { $or: [{ source: ['y'] }, { source: ['x'] }] }],
    ['$or with another field', { $or: [{ source: ['aws.secretsmanager'] }, { source: ['x'] }], version: ['1'] }],
  ])('%s', (_name, pattern) => {
    expect(compilePattern(pattern)(event)).toBe(false);
  });
});

test.each([
  [{ source: 'aws.s3' }, 'at source: must be an object or a list'],
  [{ source: [] }, 'at source: an empty list'],
  [{}, 'at its root: an empty object'],
  [{ detail: { a: [{ cidr: '10.0.0.0/8' }] } }, 'at detail.a: the operator cidr is not known'],
  [{ detail: { a: [{ prefix: 1 }] } }, 'at detail.a: expected prefix'],
  [{ detail: { a: [{ prefix: 'a', suffix: 'b' }] } }, 'at detail.a: expected a literal or an object with one operator'],
  [{ detail: { a: [{ 'anything-but': { numeric: ['>', 1] } }] } }, 'at detail.a: the operator numeric is not known'],
  [{ detail: { a: [{ numeric: ['>'] }] } }, 'at detail.a: numeric needs'],
  [{ detail: { a: [{ numeric: ['!', 1] }] } }, 'at detail.a: numeric does not know !'],
  [{ detail: { a: [{ exists: 'yes' }] } }, 'at detail.a: exists needs'],
  [{ detail: { a: [{ wildcard: 'a**' }] } }, 'at detail.a: wildcard must not'],
  [{ detail: { $or: [{ a: ['x'] }] } }, 'at detail.$or: $or needs two'],
])('%j is refused with the place', (pattern, message) => {
  expect(() => compilePattern(pattern)).toThrow(message);
});
