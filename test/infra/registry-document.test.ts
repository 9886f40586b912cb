import { describe, expect, it } from 'vitest';
import { configSchema } from '../../functions/core/config/config';
import { registryEntrySchema } from '../../functions/core/config/registry';
import { targetSetDigest } from '../../functions/core/hosts/target';
import { registryDocument } from '../../infra/engine/registry-document';

const { connections, keys } = configSchema.parse({
  connections: {
    acme: { bitbucket: { secret: 'keyturn/connections/acme' } },
    inside: { bitbucket: { secret: 'keyturn/connections/inside', url: 'https://bitbucket.example.com/2.0' } },
  },
  keys: [
    {
      id: 'web-shop',
      user: 'bitbucket-web-shop',
      deliverTo: [
        { connection: 'acme', repository: 'acme/web-shop', environment: 'Production' },
        {
          connection: 'acme',
          repository: 'acme/images',
          region: 'eu-west-1',
          secureAccessKeyId: true,
          variables: { bundle: 'AWS', accessKeyId: 'KEY_ID' },
        },
        { connection: 'inside', workspace: 'acme' },
      ],
    },
  ],
});

/** As version 0.1.0 wrote it. */
const DEPLOYED =
  '{"version":1,"id":"web-shop","user":"bitbucket-web-shop",' +
  '"policy":{"rotateAfter":80,"deactivateAfter":100,"deleteAfter":110,"idleFor":2,"holdLimit":10},' +
  '"firstRotation":"at-once","adopt":"keep","connections":{' +
  '"acme":{"host":"bitbucket","url":"https://api.bitbucket.org/2.0","secret":"keyturn/connections/acme"},' +
  '"inside":{"host":"bitbucket","url":"https://bitbucket.example.com/2.0","secret":"keyturn/connections/inside"}},' +
  '"targets":[{"type":"bitbucket-deployment","connection":"acme","repository":"acme/web-shop",' +
  '"environment":"Production"},' +
  '{"type":"bitbucket-repository","connection":"acme","region":"eu-west-1","repository":"acme/images",' +
  '"variables":{"accessKeyId":"KEY_ID","bundle":"AWS"},"secureAccessKeyId":true},' +
  '{"type":"bitbucket-workspace","connection":"inside","workspace":"acme"}]}';
const DIGEST = '77f878dbec22cc6c';

describe('what stacks hold that are deployed already', () => {
  it('is written as before, byte for byte: a deployment changes no parameter that nobody has changed', () => {
    const key = keys[0];
    expect(key && registryDocument(key, connections, { policy: { rotateAfter: 80 } })).toBe(DEPLOYED);
  });

  it.each([
    ['rotate', undefined, undefined],
    ['rotate', 'rotate', undefined],
    ['observe', undefined, 'observe'],
    ['observe', 'rotate', undefined],
    ['rotate', 'observe', 'observe'],
  ] as const)('mode %s for all and %s for the key is written as %s', (mode, own, written) => {
    const key = keys[0] && { ...keys[0], mode: own };
    const text = key && registryDocument(key, connections, { policy: { rotateAfter: 80 }, mode });
    expect(JSON.parse(text ?? '').mode).toBe(written);
    if (written === undefined) expect(text).toBe(DEPLOYED);
  });

  it('has the same digest as before: no delivered version loses its mark (K13)', () => {
    const entry = registryEntrySchema.parse(JSON.parse(DEPLOYED));
    expect(targetSetDigest(entry.targets, entry.connections)).toBe(DIGEST);
  });
});
