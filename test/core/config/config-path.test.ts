import { expect, it } from 'vitest';
import { type ConfigPath, pathText, valueAt } from '../../../functions/core/config/config-path';

const root = { keys: [{ id: 'shop', user: null }] };

it.each<[ConfigPath, string, unknown]>([
  [[], '', root],
  [['keys', 0, 'id'], 'keys[0].id', 'shop'],
  [['keys', 0, 'user'], 'keys[0].user', null],
  [['keys', 0, 'user', 'name'], 'keys[0].user.name', undefined],
  [['keys', 0, 'id', 'length'], 'keys[0].id.length', undefined],
  [['keys', 1, 'id'], 'keys[1].id', undefined],
  [[0, 'a'], '[0].a', undefined],
])('the path %j reads %j', (path, text, value) => {
  expect(pathText(path)).toBe(text);
  expect(valueAt(root, path)).toEqual(value);
});
