// What a migration is: one step of the schema, never edited once released.
import type { Connection } from '../connection.ts';

export interface Migration {
  /** The `user_version` after it; versions count from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  /** Runs inside a transaction that also sets `user_version`. */
  readonly up: (connection: Connection) => void;
}
