// One input of a fuzz target: files with names, and its form on the disk.

export interface FuzzFile {
  /** With '/' where it lies in a folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface FuzzCase {
  readonly files: readonly FuzzFile[];
}

/** What runs a case. */
export interface FuzzTarget {
  readonly name: string;
  /** The errors that are refusals in words; any other is a fault. */
  readonly refusals: readonly string[];
  /** Sound cases, made by this project's own generators. */
  readonly seeds: () => readonly FuzzCase[] | Promise<readonly FuzzCase[]>;
  /** Public files that the corpus may begin with as well, where they are there; by their path. */
  readonly takesPublicFile?: (path: string) => boolean;
  /** Longest a case may take of the processor, of the build without counters. [ms] */
  readonly longestMs?: number;
  /** Texts of the seeds that may name a patient, and so may stand in no message. */
  readonly secrets?: readonly string[];
  /** Words that are worth putting into an input. */
  readonly words?: readonly string[];
  /** Runs a case; throws a refusal, or whatever else is wrong. */
  readonly run: (files: readonly FuzzFile[]) => void | Promise<void>;
  /** After the last case. */
  readonly close?: () => void | Promise<void>;
}

const LINE_FEED = 0x0a;

/** A line of JSON with names and lengths, then the bytes. */
export function encodeCase({ files }: FuzzCase): Uint8Array {
  const head = Buffer.from(`${JSON.stringify(files.map(({ name, bytes }) => [name, bytes.length]))}\n`);
  return Buffer.concat([head, ...files.map(({ bytes }) => bytes)]);
}

/** @throws SyntaxError where the bytes are no such case */
export function decodeCase(encoded: Uint8Array): FuzzCase {
  const start = encoded.indexOf(LINE_FEED) + 1;
  const head = JSON.parse(new TextDecoder().decode(encoded.subarray(0, start))) as [string, number][];
  let at = start;
  const files = head.map(([name, length]) => {
    at += length;
    // A plain array with its own memory, as the program reads files into; a Buffer's slice would be a view.
    return { name, bytes: new Uint8Array(encoded.subarray(at - length, at)) };
  });
  return { files };
}

/** Length of all files. [bytes] */
export const caseSize = ({ files }: FuzzCase): number => files.reduce((sum, { bytes }) => sum + bytes.length, 0);
