// What the command line says: one JSON document or plain text on stdout, progress and errors on stderr.
import type { ErrorRecord } from '../core/domain/errors.ts';
import type { ProgressListener } from '../core/ports/progress.ts';

const BAR_WIDTH = 24;
/** Without a terminal, a long stage says this often how far it is. [ms] */
const LINE_INTERVAL_MS = 5000;
const CLEAR_LINE = '\r\u001b[2K';

/** A reader that closes its end (`| head`) ends the program quietly, as a Unix tool's does. */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}

/** A document as it is printed and as it is written to a file. */
export const jsonText = (document: unknown): string => `${JSON.stringify(document, null, 1)}\n`;

export function printJson(document: unknown): void {
  process.stdout.write(jsonText(document));
}

export function printText(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A line on stderr: what is being done, or a warning. */
export function say(line: string): void {
  process.stderr.write(`${process.stderr.isTTY ? CLEAR_LINE : ''}${line}\n`);
}

/** @param asJson also as `{error: …}` on stdout */
export function reportError(error: ErrorRecord, asJson: boolean): void {
  if (asJson) printJson({ error });
  say(`lineshape: ${error.message.replace(/\s*\n\s*/g, ' ')}`);
}

/** Progress as a bar where stderr is a terminal, else as lines: one a stage, and every few seconds. */
export function progressReporter(): { readonly onProgress: ProgressListener; readonly end: () => void } {
  if (process.stderr.isTTY) {
    let shown = false;
    return {
      onProgress: ({ fraction, message }) => {
        const done = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, fraction)));
        const bar = '█'.repeat(done) + '░'.repeat(BAR_WIDTH - done);
        process.stderr.write(`${CLEAR_LINE}${bar} ${(100 * fraction).toFixed(0).padStart(3)} %  ${message}`);
        shown = true;
      },
      end: () => {
        if (shown) process.stderr.write(CLEAR_LINE);
      },
    };
  }
  let last = '';
  let lastMs = 0;
  return {
    onProgress: ({ message }) => {
      // Counters within a stage change the digits only.
      const stage = message.replace(/\d+/g, '#');
      if (stage === last && performance.now() - lastMs < LINE_INTERVAL_MS) return;
      last = stage;
      lastMs = performance.now();
      process.stderr.write(`${message}\n`);
    },
    end: () => undefined,
  };
}

/** Of a table's cell; a dash where the value is missing. */
export const fixed = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));

/** Columns padded to their widest cell; the first left-aligned, the others right-aligned. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((h, c) => Math.max(h.length, ...rows.map((r) => (r[c] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => (c === 0 ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number)))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((w) => '─'.repeat(w)).join('  '), ...rows.map(line)].join('\n');
}
