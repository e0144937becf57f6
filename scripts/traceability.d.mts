export interface TestPattern {
  readonly file: string;
  /** Regular expression; all tests of the file where absent. */
  readonly name?: string;
}

export interface Requirement {
  readonly id: string;
  readonly text: string;
  readonly risk: string;
  readonly measure: string;
  readonly tests: readonly TestPattern[];
}

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly folders: readonly string[];
  readonly requirements: readonly Requirement[];
}

/** Names of tests by file, relative to the checkout. */
export type Listing = ReadonlyMap<string, readonly string[]>;

export function findGaps(items: readonly Item[], listing: Listing, rooms: readonly string[]): string[];
export function tableOf(items: readonly Item[], listing: Listing): string;
