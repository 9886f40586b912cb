import { describe, expect, it } from 'vitest';
import { askedAgain } from '../../../cli/exits/asked-again';
import { continued } from '../../../cli/render/continued';

describe('what is asked again', () => {
  it('is what was given, in words that a shell takes', () => {
    const given = {
      profile: 'the audit',
      region: 'eu-west-1',
      endpointUrl: 'http://127.0.0.1:4566',
      regions: ['us-east-1', 'eu-north-1'],
      mostCalls: 5_000,
      pipelines: 'ip-ranges.json',
    };
    const aws = ["--profile 'the audit'", '--endpoint-url http://127.0.0.1:4566'];
    const access = ['--region eu-west-1', ...aws];
    const exits = ['--pipelines ip-ranges.json', '--regions us-east-1,eu-north-1', '--most-calls 5000', ...access];
    expect(askedAgain(given)).toEqual({ aws, access, exits });
  });

  it('is nothing where nothing was given', () => {
    expect(askedAgain({ mostCalls: 1_000 })).toEqual({ aws: [], access: [], exits: [] });
  });
});

it('breaks a command where a shell goes on, within 80 columns', () => {
  const parts = ['keyturn exits shop --json', '--pipelines addresses.txt', '--most-calls 500', '--region eu-west-1'];
  const lines = continued(...parts, '| jq .keys').split('\n');
  expect(lines.slice(0, -1).every((line) => line.endsWith(' \\'))).toBe(true);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(lines.join('\n').replaceAll(' \\\n  ', ' ')).toBe([...parts, '| jq .keys'].join(' '));
});
