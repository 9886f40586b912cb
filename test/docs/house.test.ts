import { describe, expect, it } from 'vitest';
import { arrowsBetweenRooms } from './house';

describe('the drawing of the house', () => {
  it('has the rooms that there are', () => {
    const rooms = [...arrowsBetweenRooms().keys()];
    expect(rooms).toEqual(expect.arrayContaining(['core/key', 'core/lifecycle', 'account', 'use cases', 'local']));
  });

  it('has no arrow out of the local account, which knows nothing of Keyturn', () => {
    expect([...(arrowsBetweenRooms().get('local') ?? [])]).toEqual([]);
  });
});
