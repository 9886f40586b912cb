import type { AuditEvent } from '../../core/audit';
import type { Attention, Exception, Report } from '../judge/model';

/** What the page has a place for: links lead nowhere else, because a report need not show all that its lines refer to. */
export class Anchors {
  /** By ID the event that has the place: a second one of its ID has none. */
  readonly #events: ReadonlyMap<string, AuditEvent>;
  readonly #keys: ReadonlySet<string>;
  readonly #accessKeys: ReadonlyMap<string, string>;
  readonly #changes: ReadonlySet<string>;
  readonly #controls: ReadonlySet<string>;
  readonly #exceptions: ReadonlyMap<string, Exception>;

  constructor(report: Report) {
    this.#events = new Map(report.events.map((event) => [event.id, event] as const).reverse());
    this.#keys = new Set(report.managedKeys.map(({ key }) => key));
    this.#accessKeys = new Map(
      report.accessKeys.map(({ id, accessKeyId }) => [accessKeyId ?? id, accessKeyAnchor(id)]),
    );
    this.#changes = new Set(report.changes.map(({ id }) => id));
    this.#controls = new Set(report.controls.map(({ id }) => id));
    this.#exceptions = new Map(report.exceptions.map((exception) => [exception.id, exception]));
  }

  event(id: string): string | undefined {
    return this.#events.has(id) ? link(eventAnchor(id)) : undefined;
  }

  /** The name of an event's own place. */
  placeOf(event: AuditEvent): string | undefined {
    return this.#events.get(event.id) === event ? eventAnchor(event.id) : undefined;
  }

  key(key: string | undefined): string | undefined {
    return key !== undefined && this.#keys.has(key) ? link(keyAnchor(key)) : undefined;
  }

  accessKey(accessKeyId: string): string | undefined {
    const anchor = this.#accessKeys.get(accessKeyId);
    return anchor === undefined ? undefined : link(anchor);
  }

  change(id: string): string | undefined {
    return this.#changes.has(id) ? link(id) : undefined;
  }

  control(id: string): string | undefined {
    return this.#controls.has(id) ? link(controlAnchor(id)) : undefined;
  }

  /** An exception of the report's list, with its place there. */
  exception(id: string): (Pick<Exception, 'kind' | 'until'> & { readonly href: string }) | undefined {
    const exception = this.#exceptions.get(id);
    return exception === undefined ? undefined : { ...exception, href: link(exceptionAnchor(id)) };
  }

  /** Where an item of attention leads to: what changed, or the control that failed. */
  subject({ id, kind }: Attention): string | undefined {
    return kind === 'control-failed' ? this.control(id.replace(/^control-/, '')) : this.change(id);
  }

  hasKey(key: string | undefined): boolean {
    return key !== undefined && this.#keys.has(key);
  }
}

function eventAnchor(id: string): string {
  return anchor('e', id);
}

export function keyAnchor(key: string): string {
  return anchor('k', key);
}

export function accessKeyAnchor(id: string): string {
  return anchor('a', id);
}

export function controlAnchor(id: string): string {
  return anchor('c', id);
}

export function exceptionAnchor(id: string): string {
  return anchor('x', id);
}

/** An ID in HTML has no white space. */
function anchor(kind: string, id: string): string {
  return `${kind}-${id.replace(/\s/g, '_')}`;
}

function link(anchorId: string): string {
  return `#${encodeURIComponent(anchorId)}`;
}
