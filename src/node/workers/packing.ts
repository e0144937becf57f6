// Many like objects as a few arrays, for a message to another thread: ten thousand results are to be had in seconds, and a
// structured clone spells out every key of every object. Here keys are told once a shape, strings once, numbers lie in one array.
import { BugError } from '../../core/domain/errors.ts';

/** What a value became; arrays of numbers are left as they are, so that they can be given away. */
export interface Packed {
  /** Keys of every kind of object, in their order. */
  readonly shapes: readonly (readonly string[])[];
  readonly strings: readonly string[];
  readonly numbers: Float64Array;
  /** What comes next, each with what it needs: see the constants. */
  readonly tokens: Int32Array;
  readonly arrays: readonly (Float64Array | Float32Array)[];
}

const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
/** The next of `numbers`. */
const NUMBER = 4;
/** Followed by the place in `strings`. */
const STRING = 5;
/** Followed by the place in `shapes`, then by the fields. */
const OBJECT = 6;
/** Followed by the length, then by the items. */
const LIST = 7;
/** Followed by the length, which many of the next of `numbers` are: a list of nothing but numbers. */
const NUMBERS = 8;
/** Followed by the place in `arrays`. */
const ARRAY = 9;

const FIRST_LENGTH = 1024;

/** A node of the tree of keys: the path to it is a shape. */
interface ShapeNode {
  readonly keys: readonly string[];
  readonly next: Map<string, ShapeNode>;
  /** Place in the list of shapes; −1 until an object has it. */
  place: number;
}

const newNode = (keys: readonly string[]): ShapeNode => ({ keys, next: new Map(), place: -1 });

class Packer {
  readonly shapes: (readonly string[])[] = [];
  readonly strings: string[] = [];
  readonly arrays: (Float64Array | Float32Array)[] = [];
  readonly #root = newNode([]);
  readonly #places = new Map<string | object, number>();
  #numbers = new Float64Array(FIRST_LENGTH);
  #numberCount = 0;
  #tokens = new Int32Array(FIRST_LENGTH);
  #tokenCount = 0;

  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#numberCount);
  }

  get tokens(): Int32Array {
    return this.#tokens.subarray(0, this.#tokenCount);
  }

  put(value: unknown): void {
    if (typeof value === 'number') {
      this.#token(NUMBER);
      this.#number(value);
    } else if (typeof value === 'string') {
      this.#token(STRING);
      this.#token(this.#placeOf(value, this.strings));
    } else if (value === null) this.#token(NULL);
    else if (value === undefined) this.#token(UNDEFINED);
    else if (typeof value === 'boolean') this.#token(value ? TRUE : FALSE);
    else if (Array.isArray(value)) this.#list(value);
    else if (value instanceof Float64Array || value instanceof Float32Array) {
      this.#token(ARRAY);
      this.#token(this.#placeOf(value, this.arrays));
    } else if (typeof value === 'object' && !ArrayBuffer.isView(value)) {
      this.#object(value as Readonly<Record<string, unknown>>);
    } else throw new BugError('A message holds a value of a kind that messages are not made for.');
  }

  #list(list: readonly unknown[]): void {
    const isNumeric = list.length > 0 && list.every((item) => typeof item === 'number');
    this.#token(isNumeric ? NUMBERS : LIST);
    this.#token(list.length);
    for (const item of list) {
      if (isNumeric) this.#number(item as number);
      else this.put(item);
    }
  }

  #object(object: Readonly<Record<string, unknown>>): void {
    const keys = Object.keys(object);
    const { place } = this.#shapeOf(keys);
    this.#token(OBJECT);
    this.#token(place);
    for (let i = 0; i < keys.length; i++) this.put(object[keys[i] as string]);
  }

  #shapeOf(keys: readonly string[]): ShapeNode {
    let node = this.#root;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      let next = node.next.get(key);
      if (next === undefined) {
        next = newNode(keys.slice(0, i + 1));
        node.next.set(key, next);
      }
      node = next;
    }
    if (node.place < 0) node.place = this.shapes.push(node.keys) - 1;
    return node;
  }

  #placeOf<T extends string | object>(item: T, list: T[]): number {
    const known = this.#places.get(item);
    if (known !== undefined) return known;
    const place = list.push(item) - 1;
    this.#places.set(item, place);
    return place;
  }

  #token(token: number): void {
    if (this.#tokenCount === this.#tokens.length) {
      const longer = new Int32Array(2 * this.#tokens.length);
      longer.set(this.#tokens);
      this.#tokens = longer;
    }
    this.#tokens[this.#tokenCount++] = token;
  }

  #number(value: number): void {
    if (this.#numberCount === this.#numbers.length) {
      const longer = new Float64Array(2 * this.#numbers.length);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[this.#numberCount++] = value;
  }
}

/**
 * @param value of plain objects, lists, strings, numbers, booleans, null, undefined, Float64Arrays and Float32Arrays; no cycles
 * @throws BugError where it holds anything else
 */
export function pack(value: unknown): Packed {
  const packer = new Packer();
  packer.put(value);
  const { shapes, strings, numbers, tokens, arrays } = packer;
  return { shapes, strings, numbers, tokens, arrays };
}

/** @returns what was packed; an array that stood in two places is one array */
export function unpack({ shapes, strings, numbers, tokens, arrays }: Packed): unknown {
  let nextToken = 0;
  let nextNumber = 0;
  const take = (): unknown => {
    switch (tokens[nextToken++]) {
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case NUMBER:
        return numbers[nextNumber++];
      case STRING:
        return strings[tokens[nextToken++] as number];
      case ARRAY:
        return arrays[tokens[nextToken++] as number];
      case OBJECT: {
        const object: Record<string, unknown> = {};
        for (const key of shapes[tokens[nextToken++] as number] as readonly string[]) object[key] = take();
        return object;
      }
      case LIST:
        return Array.from({ length: tokens[nextToken++] as number }, take);
      case NUMBERS: {
        const list = Array.from(numbers.subarray(nextNumber, nextNumber + (tokens[nextToken] as number)));
        nextNumber += tokens[nextToken++] as number;
        return list;
      }
      default:
        throw new BugError('A packed message is damaged.');
    }
  };
  return take();
}
