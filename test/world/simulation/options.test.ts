import { describe, expect, it } from 'vitest';
import { FAULT_NAMES } from './faults';
import { MUTANTS } from './mutants';
import { BadOption, HELP, optionsOf } from './options';

describe('the options of npm run simulate', () => {
  it('are all optional', () => {
    expect(optionsOf([])).toMatchObject({ help: false, keepGoing: false, everyRun: false, preemptions: 2, step: 1 });
  });

  it('are numbers and names', () => {
    const options = optionsOf('--minutes 0.5 --keys 4 --fault crash --only d3,d17 --keep-going'.split(' '));
    expect(options).toMatchObject({ minutes: 0.5, keys: 4, fault: 'crash', only: ['d3', 'd17'], keepGoing: true });
    expect(optionsOf(['--only', 'none']).only).toEqual([]);
  });

  it('bring the fault that shows a mutant', () => {
    expect(optionsOf(['--mutant', 'orphans-stay'])).toMatchObject({ fault: 'crash' });
  });

  it.each([
    ['--keys abc', '--keys: expected a whole number from 1 to 200, found abc'],
    ['--keys 0', '--keys: expected a whole number'],
    ['--seeds 1.5', '--seeds: expected a whole number'],
    ['--minutes 0', '--minutes: expected a number'],
    ['--fault zzz', '--fault: there is no zzz'],
    ['--mutant zzz', '--mutant: there is no zzz'],
    ['--only 3', '--only: expected disturbances such as d3,d17'],
    ['--bogus', "Unknown option '--bogus'"],
    ['extra', "Unexpected argument 'extra'"],
    ['--seed', 'argument missing'],
  ])('refuse %s in one line', (args, message) => {
    expect(() => optionsOf(args.split(' '))).toThrow(BadOption);
    expect(() => optionsOf(args.split(' '))).toThrow(message);
    expect(() => optionsOf(args.split(' '))).not.toThrow('\n');
  });

  it('have a help that names every fault and every mutant', () => {
    for (const name of [...FAULT_NAMES, ...MUTANTS.map((mutant) => mutant.name)]) expect(HELP).toContain(name);
  });
});
