// Keys → commands: a combination is compared as the commands write it ("Ctrl+K"; Cmd counts as Ctrl).

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  /** As shown, e.g. "Ctrl+K". */
  readonly keys: string;
  readonly isAvailable: () => boolean;
  readonly run: () => void;
}

/** The combination of a key event as commands write it. */
export function combination(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'code'>,
): string {
  // With Alt, some layouts and macOS give another character; the code still names the digit.
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const key =
    event.altKey && digit !== undefined ? digit : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  // "?" is Shift already.
  if (event.shiftKey && /^[A-Z]$/.test(key)) parts.push('Shift');
  return [...parts, key].join('+');
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['TEXTAREA', 'SELECT'].includes(target.tagName) ||
    (target instanceof HTMLInputElement && !['range', 'checkbox', 'radio', 'button'].includes(target.type)));

/** Runs the command of a key event. @returns whether there was one */
export function runShortcut(event: KeyboardEvent, commands: readonly Command[]): boolean {
  const keys = combination(event);
  const plain = !keys.includes('Ctrl+') && !keys.includes('Alt+');
  if (plain && isTyping(event.target)) return false;
  const command = commands.find((c) => c.keys !== '' && c.keys === keys);
  if (command === undefined) return false;
  if (command.isAvailable()) command.run();
  return true;
}
