/** One task that waits for its instant. */
export interface QueuedTask {
  readonly at: number;
  readonly name: string;
  readonly task: () => Promise<void>;
}

interface Entry extends QueuedTask {
  readonly order: number;
  removed: boolean;
}

/** A binary heap by instant, then by order of insertion. Removed entries are dropped when they come to the top. */
export class TaskQueue {
  readonly #heap: Entry[] = [];
  #order = 0;

  add(at: number, name: string, task: () => Promise<void>): QueuedTask {
    const entry: Entry = { at, name, task, order: this.#order++, removed: false };
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  remove(task: QueuedTask): void {
    const entry = this.#heap.find((candidate) => candidate === task);
    if (entry !== undefined) entry.removed = true;
  }

  peek(): QueuedTask | undefined {
    while (this.#heap[0]?.removed === true) this.#pop();
    return this.#heap[0];
  }

  /** The first task, where it is due at an instant. */
  takeDue(instant: number): QueuedTask | undefined {
    const first = this.peek();
    return first !== undefined && first.at <= instant ? this.#pop() : undefined;
  }

  list(): QueuedTask[] {
    return this.#heap.filter(({ removed }) => !removed).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  #pop(): Entry | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) {
      this.#heap[0] = last;
      this.#down(0);
    }
    return first;
  }

  #up(index: number): void {
    const parent = (index - 1) >> 1;
    if (index > 0 && this.#swapIfBefore(index, parent)) this.#up(parent);
  }

  #down(index: number): void {
    const [left, right] = [2 * index + 1, 2 * index + 2];
    const { [left]: a, [right]: b } = this.#heap;
    if (a === undefined) return;
    const smaller = b !== undefined && isBefore(b, a) ? right : left;
    if (this.#swapIfBefore(smaller, index)) this.#down(smaller);
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const { [lower]: a, [upper]: b } = this.#heap;
    if (a === undefined || b === undefined || !isBefore(a, b)) return false;
    this.#heap[upper] = a;
    this.#heap[lower] = b;
    return true;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
