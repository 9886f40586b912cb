import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Followable, progressOf } from '../../../cli/operate/progress';
import { renderEnd, renderStep } from '../../../cli/render/followed';
import type { AuditEvent } from '../../../functions/core/audit';

const REQUEST = '0f8fad5b-d9cb-469f-a165-70867728950e';
const ROTATE = { key: 'shop', do: 'rotate', request: REQUEST } as const;

/** Minutes, and what the record has: `function event`, with more where it matters. */
type Told = readonly [minute: number, what: string, more?: Partial<AuditEvent>];

function recordOf(...told: readonly Told[]): readonly AuditEvent[] {
  return told.map(([minute, what, more = {}], index): AuditEvent => {
    const [by = '', event = ''] = what.split(' ');
    const run = more.run ?? by;
    return {
      schema: 'keyturn.audit/v1',
      id: `${run}-a-${index + 1}`,
      sequence: index + 1,
      event: event as AuditEvent['event'],
      time: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString(),
      account: '111122223333',
      region: 'eu-west-1',
      run,
      function: by,
      functionVersion: 'test',
      outcome: 'ok',
      ...(event === 'run-finished' ? {} : { key: 'shop' }),
      ...more,
    };
  });
}
const ASKED: Told = [0, 'operator requested', { facts: { request: REQUEST } }];
const found = (reason: string, more: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
  reason,
  outcome: 'blocked',
  message: 'why',
  ...more,
});
const made: Told[] = [
  [1, 'rotate key-created', { accessKeyId: 'AKIA2' }],
  [1, 'rotate key-stored', { accessKeyId: 'AKIA2' }],
];
const outcomeOf = (told: readonly Told[], verb: Followable = 'rotate') =>
  progressOf(recordOf(...told), { ...ROTATE, do: verb }).outcome;

describe('how far something is that was asked for', () => {
  it.each<[string, readonly Told[], string]>([
    ['nothing is read yet', [], 'open'],
    ['it was only asked', [ASKED], 'open'],
    ['the key is stored', [ASKED, ...made], 'open'],
    ['the fresh key is everywhere', [ASKED, ...made, [3, 'sync version-delivered', { accessKeyId: 'AKIA2' }]], 'done'],
    ['another key is', [ASKED, ...made, [3, 'sync version-delivered', { accessKeyId: 'AKIA1' }]], 'open'],
    [
      'it was so before',
      [...made, [3, 'sync version-delivered', { accessKeyId: 'AKIA2' }], [4, ASKED[1], ASKED[2]]],
      'open',
    ],
    ['a run has found something, and is at work', [ASKED, [1, 'rotate finding', found('two-keys')]], 'open'],
    ['and has ended', [ASKED, [1, 'rotate finding', found('two-keys')], [1, 'rotate run-finished']], 'in-the-way'],
    [
      'and has gone on',
      [ASKED, [1, 'rotate finding', found('foreign-key')], ...made, [1, 'rotate run-finished']],
      'open',
    ],
    [
      'another key has it',
      [ASKED, [1, 'rotate finding', found('two-keys', { key: 'other' })], [1, 'rotate run-finished']],
      'open',
    ],
    [
      'it is a notice',
      [ASKED, [1, 'rotate finding', found('two-keys', { outcome: 'ok' })], [1, 'rotate run-finished']],
      'open',
    ],
    [
      'another run is at work',
      [ASKED, [1, 'rotate finding', found('rotation-in-progress')], [1, 'rotate run-finished']],
      'open',
    ],
    [
      'deactivate has found something',
      [ASKED, [1, 'deactivate finding', found('in-use')], [1, 'deactivate run-finished']],
      'open',
    ],
    [
      'a target refuses',
      [
        ASKED,
        ...made,
        [2, 'sync target-failed', { outcome: 'failed' }],
        [2, 'sync finding', found('delivery-failed')],
        [2, 'sync run-finished'],
      ],
      'in-the-way',
    ],
  ])('%s', (_what, told, outcome) => {
    expect(outcomeOf(told)).toBe(outcome);
  });

  it.each<[string, readonly Told[], string]>([
    ['every target holds it', [ASKED, [1, 'sync check-recorded']], 'done'],
    [
      'one does not',
      [
        ASKED,
        [1, 'sync target-drifted', { outcome: 'failed' }],
        [1, 'sync finding', found('drifted')],
        [1, 'sync run-finished'],
      ],
      'in-the-way',
    ],
    [
      'one could not be looked at',
      [ASKED, [1, 'sync finding', found('unchecked')], [1, 'sync run-finished']],
      'in-the-way',
    ],
  ])('of a comparison: %s', (_what, told, outcome) => {
    expect(outcomeOf(told, 'verify')).toBe(outcome);
  });

  const off = (wasCurrent: boolean): Told => [
    4,
    'deactivate key-deactivated',
    { accessKeyId: 'AKIA1', reason: 'compromised', facts: { wasCurrent } },
  ];
  const waits = (what: string): Told[] => [
    [1, 'deactivate finding', found('compromised', { facts: { waits: what } })],
    [1, 'deactivate run-finished'],
  ];
  const everywhere: Told = [5, 'sync version-delivered', { accessKeyId: 'AKIA2' }];
  it.each<[string, readonly Told[], string]>([
    ['its successor is made and everywhere', [ASKED, ...made, everywhere], 'open'],
    ['it is Inactive', [ASKED, ...made, everywhere, off(false)], 'done'],
    ['it was retired for another reason', [ASKED, [4, off(false)[1], { reason: 'idle' }]], 'open'],
    ['it is Inactive first, and pipelines hold nothing else', [ASKED, off(true), ...made], 'open'],
    ['and they have the new one', [ASKED, off(true), ...made, everywhere], 'done'],
    ['it waits for the delivery', [ASKED, ...waits('delivery')], 'open'],
    ['it waits for room', [ASKED, ...waits('room')], 'in-the-way'],
  ])('of a leaked key: %s', (_what, told, outcome) => {
    for (const verb of ['compromised', 'disable-first'] as const) expect(outcomeOf(told, verb)).toBe(outcome);
  });

  it('is no other request’s', () => {
    const other: Told = [0, 'operator requested', { facts: { request: 'another' } }];
    expect(progressOf(recordOf(other, ...made), ROTATE)).toEqual({ outcome: 'open', events: [] });
  });
});

describe('what a person is shown of it', () => {
  const long = { target: `bitbucket acme/${'a-long-name-'.repeat(3)} environment Production`, code: 'token-rejected' };

  it('fits into 80 columns, and a reason starts no line of its own', () => {
    const events = recordOf(
      [1, 'sync target-failed', long],
      [1, 'sync finding', found('token-rejected', { message: 'The token is not taken any more. '.repeat(5) })],
      [1, 'sync check-recorded', { accessKeyId: 'AKIA2', facts: { nothingToCompare: [long.target, 'function x'] } }],
    );
    const lines = events.flatMap((event) => stripVTControlCharacters(renderStep(event, true)).split('\n'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => !line.startsWith('  '))).toEqual([]);
    expect(lines.join(' ')).toContain('Nothing can be compared at');
  });

  it('ends with what shows more', () => {
    const end = (outcome: 'done' | 'in-the-way' | 'open' | 'unread', verb: 'rotate' | 'verify' = 'rotate') =>
      stripVTControlCharacters(renderEnd({ asked: { ...ROTATE, do: verb }, outcome, events: [] })).replaceAll(
        /\s+/g,
        ' ',
      );
    expect(end('done')).toBe('Rotated, and delivered to every target.');
    expect(end('open')).toContain('The record has nothing of it yet. It stands for a day');
    expect(end('in-the-way', 'verify')).toContain('Not every target could be looked at. ');
    expect(end('in-the-way', 'verify')).toContain('keyturn status shop shows more. Nothing was changed.');
    const taken = recordOf(ASKED, [1, 'sync target-delivered', { target: 'x' }], [2, 'sync run-finished']);
    const open = { asked: ROTATE, outcome: 'open', events: taken } as const;
    expect(stripVTControlCharacters(renderEnd(open))).toMatch(/^Delivered, and not marked yet\.\n/);
    expect(renderEnd({ ...open, asked: { ...ROTATE, do: 'compromised' } })).toContain(
      'It has not come to its end yet.',
    );
    expect(end('unread')).toContain('keyturn status shop shows it to whoever may.');
  });
});

describe('a delivery to nodes, which start one after the other', () => {
  const DELIVER = { ...ROTATE, do: 'deliver' } as const;
  const shown = (...told: readonly Told[]) => {
    const { outcome, events } = progressOf(recordOf(ASKED, ...told), DELIVER);
    return [
      outcome,
      stripVTControlCharacters(renderEnd({ asked: DELIVER, outcome, events })).replaceAll(/\s+/g, ' '),
    ] as const;
  };
  const confirmed: Told = [2, 'sync restart-ended', { facts: { came: 'confirmed' } }];

  it('goes on by itself: nobody is told to ask again, which begins with the first node', () => {
    const goesOn =
      'Nodes start one after the other, and sync goes on by itself. Asked again, it begins with the first one.';
    for (const told of [[confirmed], [[2, 'sync target-begun']] as const]) {
      const [outcome, words] = shown(...told);
      expect([outcome, words]).toEqual(['open', expect.stringContaining(goesOn)]);
      expect(words).not.toContain('the same command does at once');
    }
  });

  it('that was refused in part is not told as done (K14)', () => {
    const refused: Told = [2, 'sync finding', found('request-refused')];
    const marked: Told = [2, 'sync version-delivered', { accessKeyId: 'AKIA1' }];
    const [outcome, words] = shown(refused, marked, [3, 'sync run-finished']);
    expect(outcome).toBe('in-the-way');
    expect(words).toBe(
      'Not every target could be asked once more. Where it could not, all is as it was: cure what is said above, and ask again. keyturn status shop shows more.',
    );
    expect(shown(marked)[0]).toBe('done');
  });
});

describe('how far a rollback is', () => {
  const back: Told = [1, 'rotate key-promoted', { accessKeyId: 'AKIA1' }];
  it.each<[string, readonly Told[], string]>([
    ['the key before is current again', [ASKED, back], 'open'],
    ['it is everywhere', [ASKED, back, [3, 'sync version-delivered', { accessKeyId: 'AKIA1' }]], 'done'],
    ['the withdrawn one was, before', [ASKED, [1, 'sync version-delivered', { accessKeyId: 'AKIA2' }], back], 'open'],
    [
      'there is no key before',
      [ASKED, [1, 'rotate finding', found('not-rolled-back')], [2, 'rotate run-finished']],
      'in-the-way',
    ],
    [
      'a run found something beside, and went on',
      [ASKED, [1, 'rotate finding', found('foreign-key')], back, [2, 'rotate run-finished']],
      'open',
    ],
  ])('is told when %s', (_what, told, outcome) => {
    expect(outcomeOf(told, 'rollback')).toBe(outcome);
  });
});
