import { describe, expect, it } from 'vitest';
import { benchOptions, HELP, OptionsError } from './options';

describe('the options of npm run bench', () => {
  it('measure all sizes as text when none is given', () => {
    expect(benchOptions([])).toEqual({ keys: undefined, json: false, handOver: false, wholeScan: false, help: false });
  });

  it('take one size, as JSON', () => {
    expect(benchOptions(['--keys', '5000', '--json'])).toMatchObject({ keys: 5000, json: true });
    expect(benchOptions(['--keys=20000', '--hand-over'])).toMatchObject({ keys: 20_000, handOver: true });
  });

  it.each(['0', '-1', '1.5', '1e3', 'many', '', '20001', '0x10', ' 5'])(
    'refuse --keys %j, and say what is right',
    (keys) => {
      expect(() => benchOptions([`--keys=${keys}`])).toThrow(OptionsError);
      expect(() => benchOptions([`--keys=${keys}`])).toThrow('expected a whole number from 1 to 20000');
    },
  );

  it.each([['--key', '5'], ['--keys'], ['100'], ['--json=yes']])('refuse %s', (...args) => {
    expect(() => benchOptions(args)).toThrow(OptionsError);
  });

  it('are all in the help', () => {
    for (const name of ['--keys', '--json', '--hand-over', '--whole-scan', '--help']) expect(HELP).toContain(name);
  });
});
