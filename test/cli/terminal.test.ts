import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { colouredForPeople } from '../../cli/terminal';

const RED = '\u001b[31mred\u001b[39m, 3 §';

function written(isTTY: boolean, env: Readonly<Record<string, string>>): string {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
  colouredForPeople(stream, env).write(RED);
  return String(stream.read());
}

describe('colours', () => {
  it.each<[string, boolean, Readonly<Record<string, string>>, string]>([
    ['are written to a terminal', true, {}, RED],
    ['are written to a terminal whose NO_COLOR is empty', true, { NO_COLOR: '' }, RED],
    ['are kept from one that wants none', true, { NO_COLOR: '1' }, 'red, 3 §'],
    ['are kept from a file and from another program', false, {}, 'red, 3 §'],
    ['are written to these where somebody insists', false, { FORCE_COLOR: '1' }, RED],
  ])('%s', (_what, isTTY, env, expected) => {
    expect(written(isTTY, env)).toBe(expected);
  });
});
