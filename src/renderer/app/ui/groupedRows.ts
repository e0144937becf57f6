// What GroupedList shows: headed groups of rows, each with a title, its facts and a state.

export interface GroupedRow {
  readonly id: string;
  readonly title: string;
  readonly facts: string | null;
  readonly state: {
    readonly tone: string;
    readonly symbol: string;
    /** Told in full on hover. */
    readonly words: string;
    readonly short: string;
  } | null;
}

export interface RowGroup {
  readonly title: string;
  readonly rows: readonly GroupedRow[];
}
