// Keeps what was costly to make, up to a number of bytes; what was used longest ago goes first. One making a key at a time.

interface Entry<T> {
  readonly value: Promise<T>;
  /** 0 while it is being made. */
  bytes: number;
}

export class ByteCache<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private total = 0;

  /**
   * @param capacityBytes what may be kept; a single larger value is handed out, but not kept
   * @param sizeOf bytes of a value
   */
  constructor(
    private readonly capacityBytes: number,
    private readonly sizeOf: (value: T) => number,
  ) {}

  /**
   * The value of a key, made where it isn't there; a failed making is forgotten, so that it is tried again.
   * @param key what the value depends on, completely
   * @param make makes it
   */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const found = this.entries.get(key);
    if (found !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, found); // a Map keeps the order of insertion: now the newest
      return found.value;
    }
    const entry: Entry<T> = { value: make(), bytes: 0 };
    this.entries.set(key, entry);
    entry.value.then(
      (value) => this.admit(key, entry, this.sizeOf(value)),
      () => this.forget(key, entry),
    );
    return entry.value;
  }

  /** @returns bytes kept now */
  get keptBytes(): number {
    return this.total;
  }

  private forget(key: string, entry: Entry<T>): void {
    if (this.entries.get(key) !== entry) return;
    this.entries.delete(key);
    this.total -= entry.bytes;
  }

  private admit(key: string, entry: Entry<T>, bytes: number): void {
    if (this.entries.get(key) !== entry) return;
    entry.bytes = bytes;
    this.total += bytes;
    if (bytes > this.capacityBytes) this.forget(key, entry);
    for (const [oldKey, old] of this.entries) {
      if (this.total <= this.capacityBytes) return;
      if (old.bytes > 0) this.forget(oldKey, old);
    }
  }
}
