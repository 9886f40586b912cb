import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import {
  type CfnTemplate,
  madeBefore,
  ONE_KEY,
  registryEntriesOf,
  resourcesOf,
  stackOf,
  synthesize,
  templateOf,
} from './synthesized';

/** Everything that can be turned on, so that everything is there that a deployment may fail at. */
const EVERYTHING: ConfigInput = {
  ...ONE_KEY,
  keys: [...ONE_KEY.keys, { id: 'images', user: 'ci-images', createUser: true }],
  trail: 'create',
  encryption: 'customer-managed',
  audit: { archive: { years: 7 }, report: {}, forwardTo: 'arn:aws:events:eu-west-1:444455556666:event-bus/security' },
};
const template = synthesize(EVERYTHING);

/** Names that are one for the whole account, or that what outlived an earlier stack may have. */
const NAMED: Readonly<Record<string, string>> = {
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SSM::Parameter': 'Name',
};
const named = Object.entries(template.Resources).filter(
  ([, { Type, Properties }]) => NAMED[Type] !== undefined && NAMED[Type] in Properties,
);
const recordOf = (of: CfnTemplate) =>
  resourcesOf(of, 'AWS::Logs::LogGroup').find(({ Properties }) => Properties.LogGroupName === '/keyturn/audit')?.id ??
  '';

describe('a first deployment that fails', () => {
  it('at a name that is taken, as KeyturnAuditor by a stack in another region, has not made the protected record yet', () => {
    const before = madeBefore(template, recordOf(template));

    expect(named.map(([, { Type, Properties }]) => Properties[NAMED[Type] ?? ''])).toEqual(
      expect.arrayContaining([
        'KeyturnAuditor',
        'keyturn/web-shop',
        'keyturn/images',
        'ci-images',
        '/keyturn/keys/images',
      ]),
    );
    expect(named.filter(([id]) => !before.has(id)).map(([id]) => id)).toEqual([]);
  });

  it('takes back everything else that the stack would keep, but for a trail’s bucket, which holds records at once', () => {
    const kept = Object.entries(template.Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
    const trail = kept.find(([id]) => id.includes('TrailBucket'))?.[0] ?? '';

    expect(kept.map(([id]) => id).sort()).toEqual([recordOf(template), trail].sort());
    expect([...madeBefore(template, trail)].some((id) => id.includes('AuditorPolicy'))).toBe(true);
  });

  it('is not made to wait in a circle: the record waits for nothing that waits for it', () => {
    for (const id of madeBefore(template, recordOf(template))) {
      expect([...madeBefore(template, id)], id).not.toContain(recordOf(template));
    }
  });

  it('waits for no stack of its own keys, which waits for this one', () => {
    const engine = templateOf(stackOf({ ...ONE_KEY, keys: ONE_KEY.keys.map((key) => ({ ...key, stack: 1 })) }));

    expect(registryEntriesOf(engine)).toEqual([]);
    const before = [...madeBefore(engine, recordOf(engine))];
    expect(before).toContainEqual(expect.stringContaining('AuditorPolicy'));
    expect(before.filter((id) => !id.startsWith('KeyRotation'))).toEqual([]);
  });
});
