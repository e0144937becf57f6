// Typed reading of a recipe step's JSON options: defaults filled in, unknown names and bad values refused.
import { UsageError } from '../domain/errors.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';

/** Reads one option: the value where given, else the fallback. */
export class OptionReader {
  private readonly known = new Set<string>();

  /**
   * @param step name of the step, for messages
   * @param options as the recipe has them
   */
  constructor(
    private readonly step: string,
    private readonly options: JsonObject,
  ) {}

  private take(name: string): JsonValue | undefined {
    this.known.add(name);
    return this.options[name];
  }

  private refuse(name: string, expected: string, found: JsonValue): never {
    throw new UsageError(
      `Option "${name}" of step ${this.step}: expected ${expected}, found ${JSON.stringify(found)}.`,
      { step: this.step, option: name },
    );
  }

  /** A finite number within [low, high]. @throws UsageError */
  number(name: string, fallback: number, low = -Infinity, high = Infinity): number {
    const value = this.take(name);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high) return value;
    const range = low === -Infinity && high === Infinity ? '' : ` from ${low} to ${high}`;
    return this.refuse(name, `a number${range}`, value);
  }

  /** A whole number within [low, high]. @throws UsageError */
  integer(name: string, fallback: number, low: number, high: number): number {
    const value = this.number(name, fallback, low, high);
    return Number.isInteger(value) ? value : this.refuse(name, 'a whole number', value);
  }

  /** @throws UsageError */
  boolean(name: string, fallback: boolean): boolean {
    const value = this.take(name);
    if (value === undefined) return fallback;
    return typeof value === 'boolean' ? value : this.refuse(name, 'true or false', value);
  }

  /** One of the listed words. @throws UsageError */
  choice<T extends string>(name: string, fallback: T, choices: readonly T[]): T {
    const value = this.take(name);
    if (value === undefined) return fallback;
    const found = choices.find((c) => c === value);
    return found ?? this.refuse(name, `one of ${choices.join(', ')}`, value);
  }

  /** A ppm window [low, high], or null for none. The borders may stand in either order. @throws UsageError */
  ppmRange(
    name: string,
    fallback: readonly [number, number] | null,
    allowNull = false,
  ): readonly [number, number] | null {
    const value = this.take(name);
    if (value === undefined) return fallback;
    if (value === null && allowNull) return null;
    if (Array.isArray(value) && value.length === 2) {
      const [a, b] = value;
      if (typeof a === 'number' && typeof b === 'number' && Number.isFinite(a) && Number.isFinite(b) && a !== b) {
        return [Math.min(a, b), Math.max(a, b)];
      }
    }
    return this.refuse(name, `two different ppm values${allowNull ? ' or null' : ''}`, value);
  }

  /** To be called after every option was read. @throws UsageError for a name that is no option of the step */
  finish(): void {
    for (const name of Object.keys(this.options)) {
      if (!this.known.has(name)) {
        const list = this.known.size === 0 ? 'it has none' : `its options are ${[...this.known].join(', ')}`;
        throw new UsageError(`Step ${this.step} has no option "${name}"; ${list}.`, { step: this.step, option: name });
      }
    }
  }
}
