// The main process's log: one JSON line an event on stderr. Only codes and channel names: messages may hold file names,
// and a file's name often holds the patient's.
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface EventLog {
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  /** An error: its code is logged; where it is a bug, also the stack's places without its message. */
  readonly failure: (event: string, fields: LogFields, error: unknown) => void;
}

/** @returns the "at …" lines of a stack, which name this program's functions only */
export function stackPlaces(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return '';
  return error.stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .+:\d+:\d+\)?$/.test(line))
    .slice(0, 8)
    .join(' ');
}

/**
 * @param write takes one line with its line end
 * @param now the clock, ISO 8601
 */
export function createEventLog(write: (line: string) => void, now: () => string): EventLog {
  const line = (level: string, event: string, fields: LogFields): void => {
    write(`${JSON.stringify({ time: now(), level, event, ...fields })}\n`);
  };
  return {
    info: (event, fields = {}) => line('info', event, fields),
    warn: (event, fields = {}) => line('warn', event, fields),
    failure: (event, fields, error) => {
      const unexpected = fields['code'] === 'BUG';
      line(unexpected ? 'error' : 'warn', event, unexpected ? { ...fields, stack: stackPlaces(error) } : fields);
    },
  };
}
