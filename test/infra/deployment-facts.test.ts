import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { parseRights, parseThings } from '../../functions/core/deployed-facts';
import { DEPLOYED_FUNCTIONS, DEPLOYMENT_PARAMETERS } from '../../functions/core/names';
import { deployed } from './deployed';
import { type CfnTemplate, ONE_KEY, resourcesOf, synthesize } from './synthesized';

/** SSM: a standard parameter holds 4 KB. */
const MOST = 4_096;

const EVERYTHING: ConfigInput = {
  ...ONE_KEY,
  operators: true,
  keys: [
    ...(ONE_KEY.keys ?? []),
    {
      id: 'by-function',
      user: 'ci-by-function',
      deliverTo: [{ function: 'arn:aws:lambda:eu-west-1:111122223333:function:deliver', target: { job: 'jenkins' } }],
    },
  ],
  encryption: 'customer-managed',
  audit: {
    archive: { years: 7 },
    report: {},
    trailFiles: {
      bucket: 'trails-of-all',
      encryptionKey: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    },
  },
};
const template = synthesize(EVERYTHING);

function valueIn(of: CfnTemplate, name: string): string {
  const [parameter] = resourcesOf(of, 'AWS::SSM::Parameter').filter(({ Properties }) => Properties.Name === name);
  return String(deployed(of, parameter?.Properties.Value));
}

describe('what a deployment tells reports of itself', () => {
  it('is which things are its own', () => {
    const value = valueIn(template, DEPLOYMENT_PARAMETERS.things);
    expect(parseThings('it', value)).toMatchObject({
      stacks: ['Keyturn'],
      names: 'Keyturn-KeyRotation',
      keys: [expect.any(String), expect.any(String), expect.any(String)],
      namedKeys: ['1234abcd-12ab-34cd-56ef-1234567890ab'],
      archive: expect.any(String),
    });
    expect(value.length).toBeLessThan(MOST / 4);
  });

  it('is what each function may do, in words, from the one table of rights', () => {
    const value = valueIn(template, DEPLOYMENT_PARAMETERS.rights);
    const rights = parseRights('it', value);
    const of = (name: string) => rights.filter(({ who }) => who.some((one) => one === name)).map(({ may }) => may);

    expect(value.length).toBeLessThanOrEqual(MOST);
    expect(new Set(rights.flatMap(({ who }) => who))).toEqual(new Set(DEPLOYED_FUNCTIONS));
    expect(of('archive')).toEqual([
      'add events to the archive',
      'write into its own log',
      'keep events of runs that failed in a queue',
    ]);
    expect(of('rotate')).toContain('create access keys of exactly the managed users');
    expect(of('sync')).toEqual(
      expect.arrayContaining([
        'read the tokens of the connections that are used',
        'call exactly the functions that keys are delivered to',
      ]),
    );
    for (const name of DEPLOYED_FUNCTIONS.filter((one) => one !== 'sync')) {
      expect(of(name).filter((may) => /value of|tokens|call/.test(may))).toEqual([]);
    }
  });

  it('has no right that there is nothing for', () => {
    const value = valueIn(synthesize(ONE_KEY), DEPLOYMENT_PARAMETERS.rights);
    expect(value).not.toContain('archive');
    expect(value).not.toContain('functions that keys');
  });

  it.each([['{'], ['[]'], ['{"version":2}'], ['{"version":1,"rights":[{"may":1,"who":["x"]}]}']])(
    'is refused where no deployment wrote it so: %s',
    (json) => {
      expect(() => parseRights('/keyturn/x', json)).toThrow(/SSM parameter \/keyturn\/x cannot be read: /);
      expect(() => parseThings('/keyturn/x', json)).toThrow(/SSM parameter \/keyturn\/x cannot be read: /);
    },
  );
});
