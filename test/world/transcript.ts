import type { AuditEvent } from '../../functions/core/audit';
import { DAY, HOUR, MINUTE } from '../../functions/core/duration';
import { secretName, TAG } from '../../functions/core/names';
import type { Outcome, Scene } from '../support/scene';
import { START } from '../support/stage';

/** What a transcript leaves out: they are of every run, and tested where they are written. */
const OF_EVERY_RUN = /^(PutLogEvents|CreateLogStream|DescribeLogStreams|PutEvents|Publish)$/;

/** Everything that runs leave behind, in words that are the same each time: events, log, tags, labels and requests. */
export class Transcript {
  readonly #lines: string[] = [];
  readonly #tags = new Map<string, Record<string, string>>();

  constructor(
    private readonly scene: Scene,
    /** The managed keys, with their users in the end. */
    private readonly ids: Readonly<Record<string, string>> = { shop: 'ci-shop' },
  ) {
    this.#changedTags();
  }

  /** What is done beside the runs, for whoever reads it. */
  says(words: string): void {
    this.#lines.push('', `# ${words}`);
  }

  async of(run: () => Promise<Outcome>): Promise<Outcome> {
    const { scene } = this;
    const [calls, requests] = [scene.calls.length, scene.hostRequests.length];
    const began = scene.clock.now();
    const outcome = await run();
    const { summary, audits, lines, thrown } = outcome;
    this.#lines.push('', `${summary.function}, ${when(began)}`);
    // Keys are worked on two at a time.
    const keys = [...new Set(audits.map(({ key }) => key ?? ''))].sort();
    for (const key of keys) this.#lines.push(...audits.filter((event) => (event.key ?? '') === key).map(lineOf));
    const logged = lines.filter((line) => !line.startsWith('{"message":"run finished"')).sort();
    this.#lines.push(...logged.map((line) => `  log ${line}`), ...this.#changedTags());
    if (thrown !== undefined) this.#lines.push(`  throws ${String(thrown)}`);
    const asked = counted(
      scene.calls
        .slice(calls)
        .map(({ action }) => action)
        .filter((name) => !OF_EVERY_RUN.test(name)),
    );
    const told = counted(scene.hostRequests.slice(requests).map(({ method, kind }) => `${method} ${kind}`));
    this.#lines.push(`  asks ${[...asked, ...told].join(', ')}`);
    return outcome;
  }

  /** A day's four runs, in their order. */
  async day(day: number): Promise<void> {
    const { scene } = this;
    scene.toDay(day);
    await this.of(() => scene.rotate());
    await this.of(() => scene.sync());
    scene.clock.advanceBy(20 * MINUTE);
    await this.of(() => scene.deactivate());
    scene.clock.advanceBy(20 * MINUTE);
    await this.of(() => scene.delete());
  }

  /** In the end, with the keys and labels that there are. */
  text(): string {
    const { scene, ids } = this;
    const end = Object.entries(ids).flatMap(([id, user]) => [
      `  ${id}: ${scene
        .keys(user)
        .map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`)
        .join(', ')}`,
      ...(scene.repositoryOf(id) === '' ? [] : [`  its place: ${scene.held(id).accessKeyId ?? 'empty'}`]),
      ...Object.entries(scene.labels(id)).map(([version, labels]) => `  ${version}: ${[...labels].sort().join(' ')}`),
    ]);
    return `${this.#named([...this.#lines, '', 'in the end', ...end].join('\n').trim())}\n`;
  }

  #changedTags(): readonly string[] {
    return Object.keys(this.ids).flatMap((id) => {
      const before = this.#tags.get(id) ?? {};
      const tags = this.scene.tag(id);
      this.#tags.set(id, tags);
      const names = [...new Set([...Object.keys(before), ...Object.keys(tags)])].sort();
      return names.flatMap((name) =>
        before[name] === tags[name] ? [] : [`  tag of ${secretName(id)}: ${name} = ${masked(name, tags[name])}`],
      );
    });
  }

  /** Keys are A, B, C by their first mention; other names that are made up are numbered. */
  #named(text: string): string {
    const named = (name: (count: number) => string) => {
      const known = new Map<string, string>();
      return (found: string) => {
        const words = known.get(found) ?? name(known.size);
        known.set(found, words);
        return words;
      };
    };
    return (
      text
        .replaceAll(/127\.0\.0\.1:\d+/g, '(host)')
        // The SDK says its version, and the machine's.
        .replaceAll(/\(aws-sdk-js\/[^)]*\)/g, '(an SDK)')
        .replaceAll(/access-key-(AKIA\w{16})-\d{8}T\d{6}Z/g, 'version-of-$1')
        .replaceAll(
          /AKIA\w{16}/g,
          named((count) => String.fromCharCode(65 + count)),
        )
        .replaceAll(
          /\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?/g,
          named((count) => `uuid${count}`),
        )
        .replaceAll(
          /\b[0-9a-f]{12,64}\b/g,
          named((count) => `#${count}`),
        )
        .replaceAll(
          /~([\w-]+)~/g,
          named((count) => `~${count}`),
        )
        .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) => when(Date.parse(time)))
    );
  }
}

/** Digests of places, which are other ones each time, so that they can be numbered. */
function masked(name: string, value = '(gone)'): string {
  if (name === TAG.written) return value.replaceAll(/ ([\w-]{8})(?= |$)/g, ' ~$1~');
  if (name.startsWith(TAG.places)) return value.replaceAll(/([\w-]{6})=/g, '~$1~=');
  if (name === TAG.revisions) {
    const [key, digest, revisions = '', ...rest] = value.split(' ');
    return [key, digest, revisions.replaceAll(/.{4}/g, '~$&~'), ...rest].join(' ');
  }
  return value;
}

/** `day 90 +3:20` */
function when(time: number): string {
  const since = time - START;
  const day = Math.floor(since / DAY);
  const hours = Math.floor((since - day * DAY) / HOUR);
  const minutes = (since - day * DAY - hours * HOUR) / MINUTE;
  return `day ${day} +${hours}:${String(Math.floor(minutes)).padStart(2, '0')}`;
}

function lineOf({
  event,
  key,
  accessKeyId,
  version,
  target,
  reason,
  outcome,
  code,
  message,
  facts,
  user,
}: AuditEvent): string {
  const isEnd = event === 'run-finished';
  const counts = Object.entries(facts ?? {}).filter(
    ([name, value]) => typeof value === 'number' && value > 0 && name !== 'mostOverdueDays',
  );
  const shown = isEnd ? Object.fromEntries(counts) : facts;
  const words = [event, key, user, accessKeyId, version, target, reason, outcome === 'ok' ? undefined : outcome, code];
  const said = message === undefined ? [] : [JSON.stringify(message)];
  const more = shown === undefined || Object.keys(shown).length === 0 ? [] : [JSON.stringify(shown)];
  return `  ${[...words.filter((word) => word !== undefined), ...said, ...more].join(' ')}`;
}

function counted(names: readonly string[]): readonly string[] {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].map(([name, count]) => `${count} ${name}`).sort();
}
