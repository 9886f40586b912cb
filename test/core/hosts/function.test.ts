import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../functions/core/config/config';
import {
  deliverToSchema,
  placesWritten,
  shortTarget,
  systemOf,
  targetName,
  targetOf,
  targetSchema,
  targetSetDigest,
} from '../../../functions/core/hosts/target';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';
const targetTo = (item: object) => targetOf(deliverToSchema.parse(item));
const target = targetTo({ function: ARN, target: { pipeline: 'web', branch: 'main' } });

describe('a deliverTo item with a function', () => {
  it('becomes a target that the registry takes, without a connection', () => {
    expect(target).toEqual({ type: 'function', function: ARN, target: { pipeline: 'web', branch: 'main' } });
    expect(targetSchema.parse(JSON.parse(JSON.stringify(shortTarget(target))))).toEqual(target);
  });

  it('is written short where the function is told nothing', () => {
    const plain = targetTo({ function: ARN });
    expect(shortTarget(plain)).toEqual({ type: 'function', function: ARN });
    expect(targetSchema.parse(shortTarget(plain))).toEqual(plain);
  });

  it('has a name that tells it from every other, in the same order always', () => {
    expect(targetName(target)).toBe('function deliver of 111122223333 in eu-west-1 branch=main pipeline=web');
    expect(targetName(targetTo({ function: `${ARN}:live` }))).toBe(
      'function deliver:live of 111122223333 in eu-west-1',
    );
  });

  it('has a name of one line, whatever the function is told', () => {
    const odd = targetTo({ function: ARN, target: { place: 'a\u2028b\u202ec\nd' } });
    expect(targetName(odd)).toBe('function deliver of 111122223333 in eu-west-1 place=a b c d');
  });

  it('fails together with the same function only, and overwrites nothing unknowingly', () => {
    expect(systemOf(target, undefined)).toBe(ARN);
    expect(placesWritten(target, undefined)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a name alone', { function: 'deliver' }, 'function: expected the ARN of a Lambda function'],
    ['a wildcard', { function: `${ARN}*` }, 'function: expected the ARN'],
    ['another service', { function: ARN.replace('lambda', 'states') }, 'function: expected the ARN'],
    ['a connection', { function: ARN, connection: 'acme' }, ': Unrecognized key: "connection"'],
    ['a number in target', { function: ARN, target: { port: 8080 } }, 'target.port: '],
  ])('with %s is refused, and the error names the place', (_what, item, says) => {
    const issues = deliverToSchema.safeParse(item).error?.issues ?? [];
    expect(issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')).toContain(says);
  });

  it('may serve several keys: the function is told which one it gets', () => {
    const keys = ['one', 'two'].map((id) => ({ id, user: `ci-${id}`, deliverTo: [{ function: ARN }] }));
    expect(configSchema.safeParse({ keys }).success).toBe(true);
  });

  it('changes the digest of a target set with what the function is told', () => {
    const digest = targetSetDigest([target], {});
    expect(targetSetDigest([targetTo({ function: ARN, target: { branch: 'main', pipeline: 'web' } })], {})).toBe(
      digest,
    );
    expect(targetSetDigest([targetTo({ function: ARN })], {})).not.toBe(digest);
    expect(
      targetSetDigest([targetTo({ function: `${ARN}:live`, target: { pipeline: 'web', branch: 'main' } })], {}),
    ).not.toBe(digest);
  });
});
