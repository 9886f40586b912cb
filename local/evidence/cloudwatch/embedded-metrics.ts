import type { Datum } from './metrics';

/**
 * The metrics in a log line in CloudWatch's embedded metric format: each metric once for every set of dimensions.
 * Empty for any other line, and for a document that does not keep the format, as CloudWatch passes it over.
 */
export function embeddedMetrics(line: string): readonly Datum[] {
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const document = parsed(line);
  const meta = record(document?._aws);
  if (document === undefined || meta === undefined || typeof meta.Timestamp !== 'number') return [];
  const at = meta.Timestamp;
  return list(meta.CloudWatchMetrics).flatMap((directive) => {
    const { Namespace: namespace, Dimensions, Metrics } = record(directive) ?? {};
    if (typeof namespace !== 'string') return [];
    const sets = list(Dimensions).map((names) => dimensionsOf(list(names), document));
    return list(Metrics).flatMap((metric) => {
      const name = record(metric)?.Name;
      if (typeof name !== 'string') return [];
      const found = document[name];
      const values = (Array.isArray(found) ? found : [found]).filter((value) => typeof value === 'number');
      return sets.flatMap((dimensions) => values.map((value) => ({ namespace, name, dimensions, value, at })));
    });
  });
}

function dimensionsOf(names: readonly unknown[], document: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(names.map((name) => [String(name), String(document[String(name)])]));
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return record(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
