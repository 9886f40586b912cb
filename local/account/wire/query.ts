import type { ServiceName } from '../principal';

/** The query protocol's services: XML namespace and API version. */
const NAMESPACES: Partial<Record<ServiceName, string>> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  cloudformation: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  monitoring: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
};

/** A form body as an action and its parameters: `Tags.member.1.Key` becomes `{ Tags: [{ Key }] }`. */
export function parseQuery(body: string): { action: string; input: Record<string, unknown> } {
  const root: Node = new Map();
  for (const [name, value] of new URLSearchParams(body)) {
    let node = root;
    const steps = name.split('.');
    const last = steps.pop() ?? name;
    for (const step of steps) {
      const next = node.get(step);
      const child: Node = next instanceof Map ? next : new Map();
      node.set(step, child);
      node = child;
    }
    node.set(last, value);
  }
  const { Action, Version: _version, ...input } = plain(root) as Record<string, unknown>;
  return { action: typeof Action === 'string' ? Action : '', input };
}

type Node = Map<string, string | Node>;

function plain(node: string | Node): unknown {
  if (typeof node === 'string') return node;
  const list = node.get('member') ?? node.get('entry');
  if (node.size === 1 && list !== undefined) return typeof list === 'string' ? [] : items(list);
  return Object.fromEntries(Array.from(node, ([name, value]) => [name, plain(value)]));
}

function items(list: Node): unknown[] {
  const numbered = [...list].sort(([a], [b]) => Number(a) - Number(b));
  return numbered.map(([, value]) => plain(value));
}

/** The answer to a query: `<ActionResponse><ActionResult>…`, without a result when there is no output. */
export function queryAnswer(service: ServiceName, action: string, output: unknown, requestId: string): string {
  const result = output === undefined ? '' : `<${action}Result>${xml(output)}</${action}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return `<${action}Response xmlns="${NAMESPACES[service] ?? ''}">${result}${metadata}</${action}Response>`;
}

/** The query protocol's error document. */
export function queryError(
  service: ServiceName,
  error: { readonly status: number; readonly code: string; readonly message: string },
  requestId: string,
): string {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const body = `<Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  const id = `<RequestId>${requestId}</RequestId>`;
  return `<ErrorResponse xmlns="${NAMESPACES[service] ?? ''}"><Error>${body}</Error>${id}</ErrorResponse>`;
}

function xml(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) {
    return [...value].map(([key, item]) => `<entry><key>${xml(key)}</key><value>${xml(item)}</value></entry>`).join('');
  }
  if (Array.isArray(value)) return value.map((item) => `<member>${xml(item)}</member>`).join('');
  if (typeof value !== 'object') return escapeXml(String(value));
  let text = '';
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) text += `<${name}>${xml(member)}</${name}>`;
  }
  return text;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text as XML content. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}
