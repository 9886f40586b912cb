import { describe, expect, test } from 'vitest';
import { acme, refusalOf } from './acme';

const levels = ['deployment', 'repository', 'workspace'] as const;

describe.each(levels)('A list of %s variables', (level) => {
  test('shows what was created, and hides the value of a secured variable in every answer', () => {
    const { bitbucket, places } = acme();
    const place = places[level];

    const open = bitbucket.createVariable(place, { key: 'AWS_ACCESS_KEY_ID', value: 'AKIA1', secured: false });
    const secured = bitbucket.createVariable(place, { key: 'AWS_SECRET_ACCESS_KEY', value: 's3cret', secured: true });

    expect(open).toEqual({
      type: 'pipeline_variable',
      uuid: expect.stringMatching(/^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/),
      key: 'AWS_ACCESS_KEY_ID',
      value: 'AKIA1',
      secured: false,
    });
    expect(secured).not.toHaveProperty('value');
    expect(bitbucket.variable(place, secured.uuid)).toEqual(secured);
    expect(bitbucket.variables(place)).toEqual([open, secured]);
    expect(bitbucket.updateVariable(place, secured.uuid, { value: 'new' })).toEqual(secured);
  });

  test('refuses a second variable of the same name, and a rename onto a taken one', () => {
    const { bitbucket, places } = acme();
    const place = places[level];
    bitbucket.createVariable(place, { key: 'A', value: '1' });
    const { uuid } = bitbucket.createVariable(place, { key: 'B', value: '2' });
    const conflict = {
      status: 409,
      body: { type: 'error', error: { message: 'Conflict', data: { key: 'variable-service.variable.duplicate' } } },
    };

    expect(refusalOf(() => bitbucket.createVariable(place, { key: 'A', value: '3' }))).toMatchObject(conflict);
    expect(refusalOf(() => bitbucket.updateVariable(place, uuid, { key: 'A' }))).toMatchObject(conflict);
    expect(bitbucket.variables(place).map(({ key, value }) => [key, value])).toEqual([
      ['A', '1'],
      ['B', '2'],
    ]);
  });

  test('knows no variable by another UUID', () => {
    const { bitbucket, places } = acme();
    const place = places[level];
    const { uuid } = bitbucket.createVariable(place, { key: 'A', value: '1' });
    bitbucket.removeVariable(place, uuid);
    const missing = {
      status: 404,
      body: { type: 'error', error: { data: { key: 'variable-service.variable.not-found' } } },
    };

    expect(refusalOf(() => bitbucket.variable(place, uuid))).toMatchObject(missing);
    expect(refusalOf(() => bitbucket.updateVariable(place, uuid, { value: '2' }))).toMatchObject(missing);
    expect(refusalOf(() => bitbucket.removeVariable(place, uuid))).toMatchObject(missing);
  });
});

describe('The body of a new variable', () => {
  test.each([
    { body: { key: 'A', value: '1' }, shown: { key: 'A', value: '1', secured: false } },
    { body: { key: '_a9', value: '' }, shown: { key: '_a9', value: '', secured: false } },
    { body: { key: 'A', value: '1', secured: true, uuid: '{mine}', type: 'x' }, shown: { key: 'A', secured: true } },
  ])('$body is taken', ({ body, shown }) => {
    const { bitbucket, places } = acme();

    const created = bitbucket.createVariable(places.repository, body);

    expect(created).toEqual({ ...shown, type: 'pipeline_variable', uuid: created.uuid });
    expect(created.uuid).not.toBe('{mine}');
  });

  test.each([
    { body: { key: '1A', value: '1' } },
    { body: { key: 'A-B', value: '1' } },
    { body: { key: 'A B', value: '1' } },
    { body: { key: 'Ä', value: '1' } },
    { body: { key: '', value: '1' } },
    { body: { key: 'A\n', value: '1' } },
    { body: { key: 7, value: '1' } },
    { body: { value: '1' } },
    { body: { key: 'A' } },
    { body: { key: 'A', value: 1 } },
    { body: { key: 'A', value: null } },
    { body: { key: 'A', value: '1', secured: 'true' } },
    { body: [{ key: 'A', value: '1' }] },
    { body: null },
    { body: 'A=1' },
  ])('$body is refused and changes nothing', ({ body }) => {
    const { bitbucket, places } = acme();

    expect(refusalOf(() => bitbucket.createVariable(places.repository, body))).toMatchObject({
      status: 400,
      body: { type: 'error', error: { message: 'Bad request', detail: expect.any(String) } },
    });
    expect(bitbucket.variables(places.repository)).toEqual([]);
  });
});

describe('Changing a variable', () => {
  test.each([
    { from: false, put: { value: 'new', secured: true }, shown: { secured: true }, value: 'new' },
    { from: true, put: { value: 'new', secured: false }, shown: { secured: false, value: 'new' }, value: 'new' },
    { from: true, put: { value: 'new' }, shown: { secured: true }, value: 'new' },
    { from: false, put: { key: 'RENAMED' }, shown: { secured: false, value: 'old' }, value: 'old' },
    { from: false, put: { secured: true }, status: 400, value: 'old' },
    { from: true, put: { secured: false }, status: 400, value: 'old' },
    { from: true, put: { key: 'RENAMED' }, status: 400, value: 'old' },
    { from: true, put: { key: 'not-a-name', value: 'new' }, status: 400, value: 'old' },
  ])('from secured $from by $put', ({ from, put, shown, status, value }) => {
    const { bitbucket, places } = acme();
    const { uuid } = bitbucket.createVariable(places.deployment, { key: 'A', value: 'old', secured: from });
    const key = put.key ?? 'A';

    if (shown === undefined) {
      expect(refusalOf(() => bitbucket.updateVariable(places.deployment, uuid, put)).status).toBe(status);
      expect(bitbucket.pipelineVariables('acme', 'web-shop', 'Production')).toEqual({ A: value });
    } else {
      const answer = bitbucket.updateVariable(places.deployment, uuid, put);
      expect(answer).toEqual({ type: 'pipeline_variable', uuid, key, ...shown });
      expect(bitbucket.pipelineVariables('acme', 'web-shop', 'Production')).toEqual({ [key]: value });
    }
  });
});

describe('What a reader sees', () => {
  test('a new variable shows up late in lists, although its name is taken and the runner has it at once', () => {
    const { bitbucket, places, clock } = acme({ visibilityDelay: 5000 });
    const { uuid } = bitbucket.createVariable(places.deployment, { key: 'A', value: '1' });

    expect(bitbucket.variables(places.deployment)).toEqual([]);
    expect(refusalOf(() => bitbucket.createVariable(places.deployment, { key: 'A', value: '2' })).status).toBe(409);
    expect(bitbucket.pipelineVariables('acme', 'web-shop', 'Production')).toEqual({ A: '1' });
    bitbucket.updateVariable(places.deployment, uuid, { value: '3' });

    clock.advanceBy(4999);
    expect(bitbucket.variables(places.deployment)).toEqual([]);
    clock.advanceBy(1);
    expect(bitbucket.variables(places.deployment)).toMatchObject([{ uuid, value: '3' }]);
  });

  test('a stale read is one write behind', () => {
    const { bitbucket, places } = acme();
    const { uuid } = bitbucket.createVariable(places.repository, { key: 'A', value: '1' });

    expect(bitbucket.variables(places.repository, { stale: true })).toEqual([]);
    bitbucket.updateVariable(places.repository, uuid, { value: '2' });
    expect(bitbucket.variables(places.repository, { stale: true })).toMatchObject([{ value: '1' }]);
    expect(bitbucket.variable(places.repository, uuid, { stale: true })).toMatchObject({ value: '1' });
    expect(bitbucket.variables(places.repository)).toMatchObject([{ value: '2' }]);
  });
});
