import { describe, expect, it } from 'vitest';
import { AUDIT_EVENTS } from '../../functions/core/audit';
import { configJsonSchema } from '../../functions/core/config/config';
import { UNMEANT_CODES } from '../../functions/core/config/unmeant';
import { METRIC, TAG } from '../../functions/core/names';
import { read } from './documents';

/** Names of all settings, however deep. */
function settingsIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) => [
    ...(name === 'properties' ? Object.keys(value) : []),
    ...settingsIn(value),
  ]);
}

/** Which of these names a page does not have in backticks, alone or at the end of a path. */
function missing(page: string, names: Iterable<string>): readonly string[] {
  const quoted = new Set([...read(page).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code.split('.').at(-1)));
  const headings = new Set([...read(page).matchAll(/^#+ (\S+)$/gm)].map(([, heading]) => heading));
  return [...new Set(names)].filter((name) => !quoted.has(name) && !headings.has(name));
}

describe('the documents have', () => {
  it('every setting of keyturn.yaml', () => {
    const settings = settingsIn(configJsonSchema());
    expect(settings.length).toBeGreaterThan(40);
    expect(missing('docs/start/configuration.md', settings)).toEqual([]);
  });

  it('every warning of a keyturn.yaml', () => {
    expect(missing('docs/start/validate.md', UNMEANT_CODES)).toEqual([]);
  });

  it('every event of the record', () => {
    expect(missing('docs/audit/record.md', AUDIT_EVENTS)).toEqual([]);
  });

  it('every metric', () => {
    expect(missing('docs/operate/alarms.md', Object.values(METRIC))).toEqual([]);
  });

  it('every tag of a secret', () => {
    const aboutTheKey = Object.values(TAG).filter((tag) => tag !== TAG.expires);
    expect(missing('docs/design/architecture.md', aboutTheKey)).toEqual([]);
    expect(read('docs/start/bitbucket.md')).toContain(TAG.expires);
  });
});
