import { describe, expect, it } from 'vitest';
import { idOfSecret, registryParameterName, secretName } from '../../functions/core/names';

describe('the names of a managed key', () => {
  it('are its secret and its registry parameter', () => {
    expect(secretName('web-shop')).toBe('keyturn/web-shop');
    expect(registryParameterName('web-shop')).toBe('/keyturn/keys/web-shop');
    expect(idOfSecret(secretName('web-shop'))).toBe('web-shop');
  });

  it.each(['keyturn/connections/acme', 'keyturn/', 'keyturn', 'other/web-shop', 'Keyturn/web-shop', ''])(
    'do not include the secret %j',
    (name) => {
      expect(idOfSecret(name)).toBeUndefined();
    },
  );
});
